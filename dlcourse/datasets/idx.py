"""The idx format of MNIST and its relatives: a small header, then the bytes of one array.

Bytes 0-1 are zero, byte 2 is the type (8 for unsigned bytes), byte 3 the number of axes; then comes
the length of each axis as a big-endian 32-bit integer, then the data.
(Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.)
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import torch
from torch import Tensor


def read_idx(path: Path | str) -> Tensor:
    """Reads an idx file of unsigned bytes, gzipped if its name ends in ``.gz``.

    Args:
        path: the file.

    Returns:
        A uint8 tensor with the axes that the file declares.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not gzip, not idx, truncated, or longer than it declares.
    """
    path = Path(path)
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no file {path}.") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(
            f"{path} is not a whole gzip file ({error}). Delete it and get it again."
        ) from error
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] != 8 or data[3] == 0:
        raise ValueError(
            f"{path} is not an idx file of bytes: it should start with the bytes 00 00 08 and the "
            f"number of axes, but starts with {data[:4].hex(' ') or 'nothing'}. "
            "Delete it and get it again."
        )
    axes = data[3]
    header = 4 + 4 * axes
    if len(data) < header:
        raise ValueError(f"{path} is truncated: it ends within its header. Get it again.")
    shape = struct.unpack(f">{axes}I", data[4:header])
    expected, found = math.prod(shape), len(data) - header
    if found != expected:
        raise ValueError(
            f"{path} is {'truncated' if found < expected else 'too long'}: its header declares "
            f"{' x '.join(map(str, shape))} = {expected} bytes of data, but {found} follow. "
            "Delete it and get it again."
        )
    if expected == 0:
        return torch.empty(shape, dtype=torch.uint8)
    # A bytearray is writable, as memory under a tensor must be.
    return torch.frombuffer(bytearray(data[header:]), dtype=torch.uint8).view(shape)
