"""The gates before a public byte: one file each, one verb, and a line here. Each returns evidence; all must pass."""

from quality.gates.accounting import balance
from quality.gates.classes import declare, unname
from quality.gates.crowd import crowd
from quality.gates.evidence import Gate
from quality.gates.known import recognise
from quality.gates.link import link
from quality.gates.protection import protected
from quality.gates.reckon import reckon
from quality.gates.rules import hold
from quality.gates.scan import scan
from quality.gates.subtract import subtract
from quality.gates.takedown import stay_down

GATES: tuple[Gate, ...] = (
    declare,
    unname,
    protected,
    scan,
    recognise,
    crowd,
    reckon,
    subtract,
    link,
    hold,
    balance,
    stay_down,
)
