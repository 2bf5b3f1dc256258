"""Tiny movies and frame files, made on the spot; kept by tests in their own folders."""

from fractions import Fraction

import numpy as np

# codec -> (ending, pixel format, encoder, options): one of each kind that people upload
KINDS = {
    "h264": ("mp4", "yuv420p", "libx264", {"bf": "3", "g": "8", "x264-params": "open-gop=1"}),
    "h264 10 bit": ("mov", "yuv422p10le", "libx264", {"g": "8"}),
    "hevc 10 bit": (
        "mp4",
        "yuv420p10le",
        "libx265",
        {"x265-params": "bframes=3:keyint=8:log-level=none"},
    ),
    "prores 422": ("mov", "yuv422p10le", "prores_ks", {"profile": "3"}),
    "prores 4444": ("mov", "yuva444p10le", "prores_ks", {"profile": "4", "alpha_bits": "16"}),
    "dnxhr in mov": ("mov", "yuv422p10le", "dnxhd", {"profile": "dnxhr_hqx"}),
    "dnxhr in mxf": ("mxf", "yuv422p10le", "dnxhd", {"profile": "dnxhr_hqx"}),
    "mpeg2 in mxf": ("mxf", "yuv422p", "mpeg2video", {"bf": "2", "g": "12", "b": "20M"}),
    "vp8": ("webm", "yuv420p", "libvpx", {"g": "8", "b": "2M"}),
    "vp9": ("webm", "yuv420p", "libvpx-vp9", {"g": "8", "b": "2M", "cpu-used": "8"}),
    "av1": ("webm", "yuv420p", "libsvtav1", {"g": "8", "crf": "20", "preset": "12"}),
    "ffv1": ("mkv", "bgr0", "ffv1", {}),
    "ffv1 16 bit": ("mkv", "gbrap16le", "ffv1", {}),
}
SIZE_WH = (256, 144)  # the least that DNxHR takes


def moving(frames=20, *, size_wh=SIZE_WH):
    """Frames of (H, W, 3) uint8: soft waves that wander, no two frames alike.

    Soft, so that halved chroma costs next to nothing and a wrong frame, matrix or range shows.
    """
    y, x = np.mgrid[: size_wh[1], : size_wh[0]]
    phases = np.array([0, 2, 4])
    return [
        np.rint(
            128
            + 60 * np.sin((x + 6 * n)[..., None] / 24 + phases)
            + 40 * np.sin((y - 4 * n)[..., None] / 18 + 2 * phases)
        ).astype(np.uint8)
        for n in range(frames)
    ]


def movie(path, frames, *, kind="h264", **wishes):
    """A movie of these frames; equal ones give equal bytes.

    Wishes: rate, options (of the encoder), times (presentation, in thousandths of a second),
    metadata (of the stream), pix_fmt, colour (of FFmpeg's attributes of a codec context),
    container (options of the muxer).
    """
    import av

    _, pix_fmt, encoder, options = KINDS[kind]
    pix_fmt = wishes.get("pix_fmt", pix_fmt)
    settings = {"fflags": "+bitexact", **wishes.get("container", {})}
    with av.open(str(path), "w", options=settings) as container:
        stream = container.add_stream(
            encoder,
            rate=wishes.get("rate", Fraction(24)),
            options={**options, **wishes.get("options", {})},
        )
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pix_fmt
        stream.codec_context.thread_count = 1
        stream.metadata.update(wishes.get("metadata", {}))
        for name, value in wishes.get("colour", {}).items():
            setattr(stream.codec_context, name, value)
        if times := wishes.get("times"):
            stream.codec_context.time_base = Fraction(1, 1000)
        for n, frame in enumerate(frames):
            # DNxHR says in its own header that it is Rec.709; the others leave small video untold
            picture = as_frame(frame, pix_fmt, matrix=1 if encoder == "dnxhd" else 5)
            if times:
                picture.pts, picture.time_base = times[n], Fraction(1, 1000)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def gif(path, frames, *, ticks=4, disposal=0):
    """An animated GIF of (H, W, 3 or 4) frames; ticks are hundredths of a second, or a list."""
    from PIL import Image

    times = [10 * n for n in (ticks if isinstance(ticks, list) else [ticks] * len(frames))]
    first, *others = (Image.fromarray(frame) for frame in frames)
    wishes = {"duration": times, "disposal": disposal, "loop": 0}
    first.save(path, save_all=True, append_images=others, **wishes)
    return path


def as_frame(frame, pix_fmt, *, matrix=5):
    """An array as FFmpeg's frame: RGB(A) of 8 or 16 bits is converted, planes are kept."""
    import av

    kinds = {
        ("uint8", 3): "rgb24",
        ("uint8", 4): "rgba",
        ("uint16", 3): "rgb48le",
        ("uint16", 4): "rgba64le",
    }
    form = kinds[frame.dtype.name, frame.shape[2]]
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format=form).reformat(
        format=pix_fmt, dst_colorspace=matrix
    )


def still(path, pixels, sample=None, **wishes):
    """A frame file; wishes are attributes of OpenImageIO's ImageSpec, or fields of it."""
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(*pixels.shape[1::-1], pixels.shape[2], sample or SAMPLES[pixels.dtype])
    spec.attribute("oiio:UnassociatedAlpha", 1)
    for name, value in wishes.items():
        if hasattr(spec, name):
            setattr(spec, name, value)
        elif isinstance(value, tuple):
            spec.attribute(name, *value)
        else:
            spec.attribute(name, value)
    out = oiio.ImageOutput.create(str(path))
    assert out.open(str(path), spec), out.geterror()
    assert out.write_image(pixels), out.geterror()
    out.close()
    return path


SAMPLES = {
    np.dtype(np.uint8): "uint8",
    np.dtype(np.uint16): "uint16",
    np.dtype(np.uint32): "uint32",
    np.dtype(np.float16): "half",
    np.dtype(np.float32): "float",
    np.dtype(np.float64): "double",
}
