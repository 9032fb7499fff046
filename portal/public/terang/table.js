/* Numbers of the table preview in the reader's own writing, digit by digit: a float would lose cents of large sums. */
(function () {
  const kinds = ['numeric', 'int4', 'int8', 'integer', 'bigint', 'float8', 'double precision'];
  const indonesian = document.documentElement.lang !== 'en';

  function written(text) {
    const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
    if (!parts) return text;
    const whole = parts[2].replace(/\B(?=(\d{3})+$)/g, indonesian ? '.' : ',');
    const rest = parts[3] && !/^0+$/.test(parts[3]) ? (indonesian ? ',' : '.') + parts[3] : '';
    return parts[1] + whole + rest;
  }

  window.jQuery(document).on('draw.dt', function (event, settings) {
    const table = new window.jQuery.fn.dataTable.Api(settings);
    table.cells().nodes().each(function (cell) {
      const field = gdataDict[table.cell(cell).index().column - 1];  // column 0 is _id
      if (!field || !kinds.includes(field.type)) return;
      cell.classList.add('number');
      if (field.type === 'numeric') cell.textContent = written(cell.textContent.trim());
    });
  });
})();
