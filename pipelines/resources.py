"""What the steps are given: the settings, read when a run starts and not when the code location loads."""

from pathlib import Path

import dagster as dg

from assets.settings import Settings, load


class SettingsResource(dg.ConfigurableResource[Settings]):
    """`terang.toml`, or the file that `config` or $TERANG_CONFIG names."""

    config: str | None = None

    def create_resource(self, context: dg.InitResourceContext) -> Settings:
        """The settings, as plain values."""
        del context
        return load(Path(self.config) if self.config else None)
