"""Who in the office must agree before a dataset reaches readers. The verbs are in `publish/`."""

from typing import Literal

from pydantic import Field

from assets.model import Duration, Strict


class Approval(Strict):
    """A release reaches readers only once a second person has approved exactly its bytes.

    `when: always` asks for each release, `contract` for the first one and for the first after this file changed. `by` names
    those who may approve; without it anybody may but those who ran it. An approval that was not used within `expires` is
    void. Taking this section away is itself asked for once more.
    """

    when: Literal["always", "contract"] = "always"
    by: tuple[str, ...] = ()
    expires: Duration = Field(default="30d", validate_default=True)


class Retention(Strict):
    """For how long what readers do not get is kept; without a time it is kept until it is replaced.

    `raw`: rows as they were read and all that restricted storage holds of them, since they were read. `quarantine`: rows
    that were set aside, since then. `releases`: versions before the current one, since they were released, whatever
    `versions.keep` says. What is overdue is purged by the next run or `terang purge`, and nothing is published before.
    """

    raw: Duration | None = None
    quarantine: Duration | None = None
    releases: Duration | None = None
