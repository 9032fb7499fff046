"""What each public file holds, counted and summed by hand and by plain programs: rows and totals, never a row.

The totals were made with Python's csv, json and openpyxl and decimal, knowing each file; many are also stated by who
published it. A file that must be refused has the word that the refusal must hold.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Rows that are read, those of them that are ragged or hold a typing error, and the sums of columns as proposed."""

    rows: int
    rejects: int = 0
    totals: dict[str, str] = field(default_factory=dict)
    why: str = ""


def known(rows: int, rejects: int = 0, why: str = "", **totals: str) -> Known:
    """An answer in one line."""
    return Known(rows=rows, rejects=rejects, totals=totals, why=why)


SOURCE = known(83, qty="452", price="3970.63")
APRIL = known(1452, amount="9843202991.41", why="163 lines are wholly alike: no key")
HMRC = known(406, amount="118461709.02")
EPC = {"sum_of_transaction_billing_amount": "21500653.38"}

KNOWN: dict[str, Known] = {
    "fiscal-world/albania/treasury.csv": known(40, value="33299653"),
    "fiscal-world/australia/201505181230budget1516.csv": known(
        8040, value="2373662743.283130", why='1,608 lines of 5 years; "nfp" means not for publication'
    ),
    "fiscal-world/croatia/2017 T0753.3 Izvoz podataka za OpenSpending (GIFT) ver. 3.csv": known(
        9969, tekuci_plan="166098571376", izvrsenje="162686441381.78", why="cp1250"
    ),
    "fiscal-world/madrid/gastos_v40_2012-2015.csv": known(20217, importe="18856010299"),
    "fiscal-world/oakland/FY21-22__adopted.csv": known(22236, amount="4066776078", why="5,929 lines are wholly alike"),
    "fiscal-world/south-africa/infrastructure-projects-2019-20.csv": known(
        175, amount_rands="37737455000", total_project_cost="341211052000"
    ),
    "fiscal-world/uk/EPSRCSpendDataJune2015.csv": known(4890, amount="195658234.47"),
    "fiscal-world/usa/budget_authority.csv": known(215_520, value="104889029747", why="4,490 lines of 48 years"),
    "indonesia/apbn/DATA FP SIM.xlsx": known(534, nilai="5996066.4", why="the largest of 10 tables in it"),
    "indonesia/apbn/Realisasi Belanja.xlsx": known(
        148,
        5,
        anggaran="42640018829000",
        realisasi="20828128908898",
        why='5 rows have amounts like "9,999,99": typing errors, as the author\'s cleaned version says too',
    ),
    "indonesia/apbn/RealisasiBelanja_cleaned.xlsx": known(
        153, anggaran="42640018829000", realisasi="20828128908898", sisa_anggaran="21811889920102"
    ),
    "indonesia/coa/PERSENTASE.xlsx": known(132, persentase_penyesuaian="7330"),
    "indonesia/dana-desa-2023/pagu-dana-desa.csv": known(869, nilai="139000000000000"),
    "indonesia/dana-desa-2023/realisasi-dana-desa.csv": known(859, nilai="106423318360607"),
    "indonesia/inaproc-realisasi-2026/K26.json": known(5614, total_nilai_rp="7814063284036"),
    "indonesia/kab-bandung-2025-pseudonymised/SWAKELOLA 3.pseudonymised.csv": known(
        5511, 13, pagu="1046312494702", why="13 ragged lines"
    ),
    "indonesia/kab-bandung-2025/BELANJA.csv": known(165, total_belanja="3120522148925"),
    "indonesia/kab-bandung-2025/JASA FALSE.csv": known(409, pagu_program="4336570036129"),
    "indonesia/kab-bandung-2025/JASA FALSE 2.csv": known(3949, pagu_subkegiatan="4055178874019"),
    "indonesia/kab-bandung-2025/JASA FALSE 3.csv": known(1150, pagu_kegiatan="4297392979358"),
    "indonesia/kab-bandung-2025/LOKASI 2.csv": known(10687, 18, why="18 ragged lines"),
    "indonesia/kab-bandung-2025/SATKER LIST.csv": known(336),
    "indonesia/kab-bandung-2025/TENDER 2.csv": known(70, pagu="136471487336", hps="129036310147.88"),
    "indonesia/kemnaker-inaproc/paket-swakelola-terumumkan_2025.xlsx": known(1183, pagu="172599707000"),
    "indonesia/kemnaker-inaproc/program-master_2023.xlsx": known(194, pagu_program="4386158742000"),
    "indonesia/kotawaringin-barat-2026/Legacy_rup_paket-swakelola-terumumkan_2026.json": known(51, pagu="55037569134"),
    "indonesia/kotawaringin-barat-2026/Legacy_rup_program-master_2026.json": known(250, pagu_program="619468510314"),
    "indonesia/kotawaringin-barat-2026/Legacy_rup_struktur-anggaran-pd_2026.json": known(
        58, belanja_operasi="303342815060", total_belanja="507312057475"
    ),
    "indonesia/lpse-dump/kab-mamuju.json": known(1902, column_5="2029221200000", column_11="59949075911.43"),
    "indonesia/lpse-dump/kota-bandung.json": known(3952, column_5="6090965500000", column_11="903847966259.02"),
    "indonesia/lpse-dump/prov-diy.json": known(5803, column_5="6718190600000", column_11="502675025410.80"),
    **{
        f"indonesia/lra-lampung-selatan-2026/lra_{month}.xlsx": known(
            192,
            kelompok_belanja_operasi_anggaran="10701893800",
            kelompok_belanja_operasi_realisasi=total,
            kelompok_belanja_modal_anggaran="109048100",
            why="289 rows of levels above are set aside; they add up",
        )
        for month, total in (
            ("januari", "126091861"),
            ("februari", "250955054"),
            ("maret", "637656722"),
            ("april", "1142726955"),
        )
    },
    "indonesia/ocds-surabaya/ocds_2024_tender_upload_sample_ready.csv": known(
        100, tender_value_amount="598686528529.33", award_value_amount="533704399984.36"
    ),
    "indonesia/wilayah/DATA-DKI-MENURUT-NOMOR-KODE-WILAYAH-TAHUN-2014.csv": known(
        267, tahun="537738", why="CR line ends"
    ),
    "indonesia/wilayah/base.csv": known(91_220, why="no header"),
    "indonesia/wilayah/dagri2017.csv": known(91_186, level="356423"),
    "messy-csv/ckan-datapusher/mixedGLB.csv": known(133, jan="-331", j_d="-142", why="CR line ends, three title lines"),
    "messy-csv/ckan-datapusher/october_2011.csv": known(
        209, grand_total="387929.66", why="cp1252, 21 empty lines below"
    ),
    "messy-csv/ckan-xloader/german_sample.csv": known(7, schuler_total_2010_2011="1469078"),
    "messy-csv/ckan-xloader/mixed_numeric_string_sample.csv": known(6, some_mixed_integers="11"),
    "messy-csv/ckan-xloader/sample_with_extra_blank_cells.csv": known(1, contract_value="123456"),
    "messy-csv/ckan-xloader/sample_with_mixed_quotes.csv": known(2, approved_expenditure="15353968"),
    "messy-csv/ckan-xloader/simple-large.csv": known(50_000),
    "messy-csv/ckan-xloader/umlaut_and_extra_comma.csv": known(2, 1, why="1 ragged line"),
    "messy-csv/frictionless/encoding-issue-274.csv": known(507),
    "messy-csv/frictionless/table-with-accents.csv": known(
        638, occupancy_rate="438.388079380", average_price="68796.43397465", rev_par="47425.47026075", why="cp1252"
    ),
    "messy-csv/pollock-clean/20170320-ePC_Data-Travel-Stationery.csv": known(10, why="no key", **EPC),
    "messy-csv/pollock-clean/April-2011-for-publication.csv": APRIL,
    "messy-csv/pollock-clean/HMRC_spending_over_25000_for_September_2018.csv": HMRC,
    "messy-csv/pollock-polluted/file_escape_char_0x5C.csv": SOURCE,
    "messy-csv/pollock-polluted/file_field_delimiter_0x3B.csv": SOURCE,
    "messy-csv/pollock-polluted/file_header_multirow_3.csv": SOURCE,
    "messy-csv/pollock-polluted/file_multitable_less.csv": SOURCE,
    "messy-csv/pollock-polluted/file_no_header.csv": known(83, column_3="452", column_5="3970.63"),
    "messy-csv/pollock-polluted/file_preamble.csv": SOURCE,
    "messy-csv/pollock-polluted/file_record_delimiter_0xD.csv": SOURCE,
    "messy-csv/pollock-polluted/source.csv": SOURCE,
    "messy-csv/pollock/20170320-ePC_Data-Travel-Stationery.csv": known(
        10, why="two tables, one below the other", **EPC
    ),
    "messy-csv/pollock/April-2011-for-publication.csv": APRIL,
    "messy-csv/pollock/HMRC_spending_over_25000_for_September_2018.csv": HMRC,
    "messy-xlsx/tabulator/issue320.xlsx": known(46, why="three header rows, notes below"),
    "messy-xlsx/tabulator/multiline-headers.xlsx": known(1, why="five header rows in merged cells"),
    "messy-xlsx/tabulator/number_format_multicode.xlsx": known(3, col1="11.271804331"),
    "ocds/ocds-213czf-000-00001-05-contract.xlsx": known(1, why="25 sheets of one or two rows: the largest"),
    "pii/presidio/FakeNameGenerator.com_100.csv": known(100, age="5102", pounds="17371.4"),
}
REFUSED = {
    "indonesia/wilayah/wilayah.sql": "SQL",
    "messy-csv/pollock-polluted/file_no_payload.csv": "nothing",
    "messy-xlsx/tabulator/merged-cells.xlsx": "no table",
}
