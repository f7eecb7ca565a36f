"""QR codes for documents and pages, as pictures that need no file and no markup of their own."""

import segno


def qr_image(text: str) -> str:
    """The value of an `<img src>`: an SVG as a data: address, error correction M, quiet zone 4.

    The `alt` of the image must say what the code leads to. ValueError for more than 2,331 bytes.
    """
    try:
        code = segno.make_qr(text, error="m", boost_error=False)
    except segno.DataOverflowError as long:
        raise ValueError("too long for a QR code") from long
    address: str = code.svg_data_uri(border=4, scale=4, dark="#000", light="#fff")
    return address
