"""ONNX files of a few nodes, written by hand: no onnx package, no weights from outside.

Field numbers are those of onnx.proto3, IR version 8.
"""

import numpy as np

FLOAT, INT64 = 1, 7


def _varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _field(number, value):
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _value(name, kind):
    # ValueInfoProto: name, type { tensor_type { elem_type } }; shapes are left open
    return _field(1, name) + _field(2, _field(1, _field(1, kind)))


def node(op, inputs, output, **attributes):
    """A NodeProto with one output; attributes are integers, or lists of them."""
    parts = [_field(1, name) for name in inputs] + [_field(2, output), _field(4, op)]
    for name, value in attributes.items():
        if isinstance(value, int):
            told = _field(3, value) + _field(20, 2)
        else:
            told = b"".join(_field(8, n) for n in value) + _field(20, 7)
        parts.append(_field(5, _field(1, name) + told))
    return b"".join(parts)


def model(nodes, *, inputs, output, tables=None):
    """A ModelProto: inputs name -> element type, tables name -> float32 array."""
    graph = [_field(1, n) for n in nodes] + [_field(2, "tiny")]
    for name, table in (tables or {}).items():
        shape = b"".join(_field(1, side) for side in table.shape)
        tensor = shape + _field(2, FLOAT) + _field(8, name)
        graph.append(_field(5, tensor + _field(9, table.astype(np.float32).tobytes())))
    graph += [_field(11, _value(name, kind)) for name, kind in inputs.items()]
    graph.append(_field(12, _value(output, FLOAT)))
    return _field(1, 8) + _field(8, _field(1, "") + _field(2, 13)) + _field(7, b"".join(graph))


def put_on_shelf(folder, name, files):
    """Lay files out as the shelf does, under the sums its list has for them."""
    from maquette.engines.shelf import shelf_sums

    sums = shelf_sums(name)
    (folder / name).mkdir(parents=True)
    for file, data in files.items():
        (folder / name / f"{sums[file][:12]}-{file}").write_bytes(data)
