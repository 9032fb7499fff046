"""Source kinds: one file each, one line here, one test that states its law."""

from assets.sources.csv import Csv
from assets.sources.fixed import Fixed
from assets.sources.json import Json
from assets.sources.parquet import Parquet
from assets.sources.sql import Sql
from assets.sources.xlsx import Xlsx
from assets.sources.xml import Xml

AnySource = Sql | Csv | Xlsx | Json | Xml | Fixed | Parquet
