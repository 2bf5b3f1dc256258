"""Edit lists for tests, written here by hand: the smallest that say something."""

from pathlib import Path

EVENT = "{n:03d}  {reel:<8} V     C        {times}\n* FROM CLIP NAME:  {name}\n"


def edl(*events: tuple[str, str, str], head: str = "FCM: NON-DROP FRAME") -> bytes:
    """A CMX 3600 list of (reel, clip name, four time codes)."""
    lines = [
        EVENT.format(n=n, reel=reel, times=times, name=name)
        for n, (reel, name, times) in enumerate(events, start=1)
    ]
    return f"TITLE: test\n{head}\n{''.join(lines)}".encode()


PLAIN = edl(
    ("TAPE1", "walk", "01:00:04:05 01:00:05:12 01:00:00:00 01:00:01:07"),
    ("TAPE2", "run", "02:00:00:20 02:00:01:04 01:00:02:00 01:00:02:08"),
)
DISSOLVE = b"""TITLE: test
FCM: NON-DROP FRAME
001  TAPE1 V     C        01:00:04:05 01:00:04:14 01:00:00:00 01:00:00:09
* FROM CLIP NAME:  A
002  TAPE1 V     C        01:00:04:14 01:00:04:14 01:00:00:09 01:00:00:09
002  TAPE2 V     D    010 01:00:08:08 01:00:08:18 01:00:00:09 01:00:00:19
* FROM CLIP NAME:  A
* TO CLIP NAME:  B
003  TAPE2 V     C        01:00:08:18 01:00:09:00 01:00:00:19 01:00:01:01
* FROM CLIP NAME:  B
"""
FROZEN = b"""TITLE: test
001  TAPE1 V     C        01:00:10:21 01:00:10:22 01:00:00:00 01:00:00:17
M2   TAPE1       000.0                01:00:10:21
* FROM CLIP NAME:  still FF
* * FREEZE FRAME
002  TAPE2 V     C        01:00:06:00 01:00:08:22 01:00:00:17 01:00:02:05
M2   TAPE2       047.6                01:00:06:00
* FROM CLIP NAME:  quick
"""
SOUND = b"TITLE: test\n001  AX AA    C        00:00:00:00 00:00:05:22 00:00:00:00 00:00:05:22\n"


def _rate(timebase: int, *, ntsc: bool) -> str:
    return f"<rate><timebase>{timebase}</timebase><ntsc>{str(ntsc).upper()}</ntsc></rate>"


def fcp7(*tracks: str, timebase: int = 24, ntsc: bool = False, doctype: str = "") -> bytes:
    """A Final Cut Pro 7 list of video tracks, the lowest first, whose time code begins at 0."""
    rate = _rate(timebase, ntsc=ntsc)
    video = "".join(f"<track>{track}</track>" for track in tracks)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype or "<!DOCTYPE xmeml>"}<xmeml version="5">'
        f'<sequence id="s"><name>s</name><duration>100</duration>{rate}'
        f"<timecode>{rate}<frame>0</frame><displayformat>NDF</displayformat></timecode>"
        f"<media><video>{video}</video></media></sequence></xmeml>"
    ).encode()


def clip(name: str, *, at: tuple[int, int], taken: int, timebase: int = 24) -> str:
    """A clip of such a track: where it lies, and its first frame in the file of its name."""
    rate = _rate(timebase, ntsc=False)
    start, end = at
    return (
        f"<clipitem><name>{name}</name><duration>500</duration>{rate}<enabled>TRUE</enabled>"
        f"<in>{taken}</in><out>{taken + end - start}</out><start>{start}</start><end>{end}</end>"
        f'<file id="{name}"><name>{name}</name><pathurl>file://x/{name}.mov</pathurl>{rate}'
        f"<duration>500</duration><media><video/></media></file></clipitem>"
    )


def title(*, at: tuple[int, int]) -> str:
    """A title over the pictures."""
    start, end = at
    return (
        f"<generatoritem><name>title</name><duration>500</duration>{_rate(24, ntsc=False)}"
        f"<in>0</in><out>{end - start}</out><start>{start}</start><end>{end}</end>"
        "<effect><name>Text</name><effectid>Text</effectid><effecttype>generator</effecttype>"
        "<mediatype>video</mediatype></effect></generatoritem>"
    )


def fcpxml(*, projects: int = 1) -> bytes:
    """A Final Cut Pro X list of two clips at 25 frames a second, once per project."""
    one = (
        '<project name="p"><sequence duration="100/25s" format="r1"><spine>'
        '<asset-clip name="walk" ref="r2" offset="0s" duration="40/25s" start="10/25s"'
        ' format="r1"/>'
        '<asset-clip name="run" ref="r2" offset="40/25s" duration="60/25s" start="80/25s"'
        ' format="r1"/>'
        "</spine></sequence></project>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE fcpxml><fcpxml version="1.8"><resources>'
        '<format id="r1" frameDuration="1/25s" width="1920" height="1080"/>'
        '<asset id="r2" name="cam" src="file:///cam.mov" start="0s" duration="500/25s"'
        ' hasVideo="1" format="r1"/></resources>'
        f'<library><event name="e">{one * projects}</event></library></fcpxml>'
    ).encode()


def write_aaf(path: Path) -> None:
    """An AAF of two clips of one movie at 24 frames a second."""
    import opentimelineio as otio

    def span(start: int, frames: int) -> otio.opentime.TimeRange:
        times = (otio.opentime.RationalTime(n, 24) for n in (start, frames))
        return otio.opentime.TimeRange(*times)

    track = otio.schema.Track(name="V", kind=otio.schema.TrackKind.Video)
    for name, start, frames in (("walk", 10, 40), ("run", 80, 60)):
        reference = otio.schema.ExternalReference(
            target_url="file:///cam.mov", available_range=span(0, 500)
        )
        track.append(otio.schema.Clip(name, reference, span(start, frames)))
    timeline = otio.schema.Timeline("test")
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path), use_empty_mob_ids=True)
