//! Pictures and papers made for the tests, good and bad.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// Stands where a photo's place would: must never be found in what is kept.
pub const PLACE: &str = "N30.2741-E120.1551-CANARY";

/// A picture that does not compress well; another one for each `n`.
pub fn noise(width: u32, height: u32, n: u32) -> RgbImage {
    let mut state = n.wrapping_mul(2_654_435_761) | 1;
    RgbImage::from_fn(width, height, |x, y| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        Rgb([(x + n) as u8 ^ state as u8, y as u8 ^ (state >> 8) as u8, (state >> 16) as u8])
    })
}

pub fn jpeg(picture: RgbImage) -> Vec<u8> {
    write(DynamicImage::ImageRgb8(picture), ImageFormat::Jpeg)
}

fn write(picture: DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).expect("a picture");
    out.into_inner()
}

/// A phone's photo: lying on its side, left half red, with where it was taken.
pub fn phone_photo(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([200, 30, 30]) } else { Rgb([30, 30, 200]) });
    let plain = jpeg(picture);
    // TIFF, little-endian: a text, the orientation «turned right» (6), and a place.
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let text = PLACE.as_bytes();
    let after = 8 + 2 + 3 * 12 + 4;
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x03\0".to_vec();
    exif.extend(entry(0x010E, 2, text.len() as u32, after));
    exif.extend(entry(0x0112, 3, 1, 6));
    exif.extend(entry(0x8825, 4, 1, after));
    exif.extend([0; 4]);
    exif.extend(text);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&plain[..2], b"\xFF\xE1", &length, &exif, &plain[2..]].concat()
}

/// A small drawing with a remark inside.
pub fn drawing() -> Vec<u8> {
    let plain = write(DynamicImage::ImageRgba8(RgbaImage::from_pixel(60, 40, Rgba([0, 90, 0, 128]))), ImageFormat::Png);
    let text = [b"tEXtComment\0", PLACE.as_bytes()].concat();
    // After the head (8 bytes) and its first chunk (25).
    [&plain[..33], &chunk(&text), &plain[33..]].concat()
}

/// A PNG of a few bytes that says it is this large.
pub fn claims(width: u32, height: u32) -> Vec<u8> {
    let head = [b"IHDR", &width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    // The zlib stream of nothing.
    let data = b"IDAT\x78\x9c\x03\x00\x00\x00\x00\x01".to_vec();
    [b"\x89PNG\r\n\x1a\n", &chunk(&head)[..], &chunk(&data), &chunk(b"IEND")].concat()
}

fn chunk(named: &[u8]) -> Vec<u8> {
    let mut crc = 0xFFFF_FFFFu32;
    for byte in named {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    [&(named.len() as u32 - 4).to_be_bytes()[..], named, &(!crc).to_be_bytes()].concat()
}

/// A paper of about so many bytes.
pub fn paper(size: usize) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%".to_vec();
    let filled = size.saturating_sub(out.len() + 80).max(1);
    out.extend((0..filled).map(|n| b'a' + (n % 23) as u8));
    let table = out.len() + 1;
    out.extend(format!("\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 >>\nstartxref\n{table}\n%%EOF\n").bytes());
    out
}
