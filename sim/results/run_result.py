"""The frozen result of a run: its frames, their units, and the manifest it is made again from."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.results.run_folder import RunFolderError, check_folder, keep, read_files, read_manifest
from sim.results.units import FRAMES, Metric, column_faults, columns_of, totals_of, with_units

if TYPE_CHECKING:
    import xarray as xr

MANIFEST_KEYS = ("name", "key", "interventions", "scenario", "statuses", "digest", "event_log_sha256")
"""What every manifest holds at least; a run is made again from these and the versions beside them."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RunResult:
    """What happened in a run, after its burn-in; each frame has its units in `attrs['units']`."""

    weekly: pd.DataFrame
    mass: pd.DataFrame
    markets: pd.DataFrame
    posts: pd.DataFrame
    traffickers: pd.DataFrame
    seizures: pd.DataFrame
    loads: pd.DataFrame
    countries: pd.DataFrame
    interdiction: pd.DataFrame
    flows: pd.DataFrame
    manifest: dict[str, Any]

    def __post_init__(self) -> None:
        """Refuse missing or undeclared columns; put columns, types and units in order."""
        commodities = list(dict.fromkeys(self.mass["commodity"])) if "commodity" in self.mass else []
        columns = {name: columns_of(name, commodities) for name in FRAMES}
        faults = [f"manifest: {key!r} is missing" for key in MANIFEST_KEYS if key not in self.manifest]
        for name in FRAMES:
            faults += column_faults(name, self.frame(name).columns, columns[name])
        if faults:
            raise ValueError("\n".join(faults))
        for name in FRAMES:
            object.__setattr__(self, name, with_units(self.frame(name), columns[name]))

    def __repr__(self) -> str:
        return f"<RunResult of {self.manifest['name']}, key {self.manifest['key']}, {len(self.weekly)} weeks>"

    def frame(self, name: str) -> pd.DataFrame:
        """The frame of that name."""
        if name not in FRAMES:
            raise ValueError(f"no frame {name!r}; there are {', '.join(FRAMES)}")
        frame: pd.DataFrame = getattr(self, name)
        return frame

    def columns(self, name: str) -> dict[str, Metric]:
        """Unit, meaning and way of adding up of every column of a frame."""
        return columns_of(name, dict.fromkeys(self.mass["commodity"]))

    def totals(self) -> dict[str, float]:
        """Weekly metrics added up over the period, each as it declares."""
        return totals_of(self.weekly, FRAMES["weekly"])

    def to_xarray(self) -> xr.Dataset:
        """Weekly metrics on `week`, mass on `week` x `commodity`, posts on `post_id`; units as attributes.

        Variables of the mass balance begin with `mass_` and those of posts with `post_`, since the same
        quantity stands in several frames.
        """
        import xarray as xr

        parts = []
        layout = (
            ("weekly", "", ["week"]),
            ("mass", "mass_", ["week", "commodity"]),
            ("posts", "post_", ["post_id"]),
        )
        for name, prefix, index in layout:
            part = self.frame(name).set_index(index).to_xarray()
            for column, metric in FRAMES[name].items():
                units = {} if part[column].dtype.kind == "M" else {"units": metric.unit}
                part[column].attrs = {**units, "long_name": metric.meaning}
            parts.append(part.rename({variable: f"{prefix}{variable}" for variable in part.data_vars}))
        whole = xr.merge(parts)
        whole.attrs = {key: self.manifest[key] for key in ("name", "key", "digest", "event_log_sha256")}
        return whole

    def write(
        self, folder: Path | str, *, overwrite: bool = False, extras: Mapping[str, bytes] | None = None
    ) -> Path:
        """Write the run to a folder: a parquet file per frame and a manifest with every file's SHA-256.

        Parameters
        ----------
        overwrite : bool
            Allow a folder that holds other things; they stay, only files of a run are written.
        extras : mapping of relative names to bytes
            Files kept with the run (figures, a summary), listed in the manifest with the rest.

        Raises
        ------
        RunFolderError
            If the folder is a link or a file, or holds something else than a run.
        """
        place = Path(folder)
        check_folder(place, overwrite=overwrite)
        files = {_file(name): _parquet(self.frame(name), self.columns(name)) for name in FRAMES}
        keep(place, {**(extras or {}), **files}, self.manifest)
        return place

    @classmethod
    def read(cls, folder: Path | str) -> RunResult:
        """The run kept in a folder.

        Raises
        ------
        RunFolderError
            Naming each file that was altered, damaged or lost since it was written; nothing is read then.
        """
        place = Path(folder)
        manifest, listed = read_manifest(place)
        contents = read_files(place, listed, [_file(name) for name in FRAMES])
        frames = {name: _from_parquet(contents[_file(name)], place / _file(name)) for name in FRAMES}
        run = cls(**frames, manifest=manifest)
        for name, frame in frames.items():
            if frame.attrs["units"] != run.frame(name).attrs["units"]:
                raise RunFolderError(
                    f"{place / _file(name)}: its units are those of another version of kordon"
                )
        return run


def _file(frame_name: str) -> str:
    return f"{frame_name}.parquet"


def _parquet(frame: pd.DataFrame, columns: Mapping[str, Metric]) -> bytes:
    """A frame as parquet with page checksums; each column carries its unit and meaning."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [
        field.with_metadata({"unit": columns[field.name].unit, "meaning": columns[field.name].meaning})
        for field in table.schema
    ]
    buffer = io.BytesIO()
    with_meaning = table.cast(pa.schema(fields, metadata=table.schema.metadata))
    pq.write_table(with_meaning, buffer, compression="zstd", write_page_checksum=True)
    return buffer.getvalue()


def _from_parquet(content: bytes, path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content), page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise RunFolderError(f"{path}: is damaged ({str(error).splitlines()[0]})") from None
    frame: pd.DataFrame = table.to_pandas()
    frame.attrs["units"] = {f.name: (f.metadata or {}).get(b"unit", b"").decode() for f in table.schema}
    return frame
