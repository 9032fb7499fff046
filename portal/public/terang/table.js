/* The table preview in the reader's own words and numbers. Digit by digit: a float would lose cents of large sums. */
(function () {
  const numbers = ['numeric', 'int4', 'int8', 'integer', 'bigint', 'float8', 'double precision'];
  const english = document.documentElement.lang === 'en';
  const $ = window.jQuery;
  const preview = document.getElementById('dtprv');

  // CKAN's own file counts in Swiss, 39'863; read before CKAN's script starts, which waits for the whole page
  if (preview && !english) preview.dataset.languagefile = new URL('table.id.json', document.currentScript.src);
  if (preview && english) speakEnglish();

  function speakEnglish() {
    preview.querySelectorAll('thead tr:first-child th[scope=col]').forEach(function (header, n) {
      const field = gdataDict[n], info = (field && field.info) || {};
      if (!info.label_en) return;
      header.firstChild.textContent = info.label_en.replaceAll(' ', '\u00a0') + '\u00a0';
      const icon = header.querySelector('i');
      if (icon) icon.title = field.id + ' (' + field.type + ')\n' + (info.notes_en || info.notes || '');
    });
  }

  function written(text) {
    const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
    if (!parts) return text;
    const whole = parts[2].replace(/\B(?=(\d{3})+$)/g, english ? ',' : '.');
    const rest = parts[3] && !/^0+$/.test(parts[3]) ? (english ? '.' : ',') + parts[3] : '';
    return parts[1] + whole + rest;
  }

  function isAmount(field) {
    return field.type === 'numeric' || (field.info || {}).class === 'public_measure';  // a year keeps its digits together
  }

  $(document).on('init.dt', function (event, settings) {
    const table = new $.fn.dataTable.Api(settings);
    if (!table.state.loaded()) table.column('id:name').visible(false);  // for machines; the eye brings it back
  });

  $(document).on('draw.dt', function (event, settings) {
    const table = new $.fn.dataTable.Api(settings);
    table.cells().every(function () {
      const field = gdataDict[this.index().column - 1];  // column 0 is _id
      const cell = this.node();
      if (!cell || !field || !numbers.includes(field.type)) return;
      cell.classList.add('number');
      if (isAmount(field)) cell.textContent = written(cell.textContent.trim());
    });
  });
})();
