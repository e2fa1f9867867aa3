//! What may become an attachment (附件), and how it is made clean: told by its content, really
//! decoded, turned upright, scaled down, and written anew without anything that was hidden in it.
//!
//! No file, store or record is known here: bytes go in, bytes come out.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{CompressionType, FilterType as RowFilter, PngDecoder, PngEncoder};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageDecoder, Limits, Rgb, RgbImage};
use xinghuo_bundle::MAX_ATTACHMENT;
use xinghuo_ledger::Content;
use xinghuo_model::Media;

use crate::error::{DeskError, Result};

/// The largest file that is looked into, bytes.
pub(crate) const MAX_IN: u64 = 20 << 20;
/// A kept picture's longer side, pixels.
const LONG_SIDE: u32 = 2048;
/// A thumbnail's longer side.
const SMALL_SIDE: u32 = 320;
/// A picture larger than this is not decoded: phones stay below, bombs do not.
const MAX_SIDE: u32 = 16_384;
const MAX_PIXELS: u64 = 50_000_000;
/// What a decoder may allocate: the largest picture at four bytes a pixel.
const MAX_ALLOC: u64 = 4 * MAX_PIXELS;
/// A PNG that stays larger than this is a photo in the wrong form and becomes a JPEG.
const MAX_PNG: usize = 2 << 20;
const QUALITY: u8 = 85;
const SMALL_QUALITY: u8 = 75;

const KIND: DeskError = DeskError::File {
    code: "attachment.kind",
    what: "只能添加照片（JPEG、PNG）和 PDF 文件。",
    advice: "其他文件请先打印成 PDF，或拍成照片再添加。",
};
const DAMAGED: DeskError =
    DeskError::File {
        code: "attachment.damaged", what: "文件打不开，不完整或已损坏。", advice: "请重新拷贝一次，或重新拍一张。"
    };
const PIXELS: DeskError =
    DeskError::File {
        code: "attachment.pixels", what: "照片的尺寸太大。", advice: "请在手机上缩小到 5000 万像素以内再添加。"
    };
const PDF_SIZE: DeskError =
    DeskError::File {
        code: "attachment.size", what: "PDF 超过 10 MB。", advice: "请分成几份，或降低扫描的清晰度再添加。"
    };

/// Tells a file by its first bytes, never by its name.
fn media_of(bytes: &[u8]) -> Option<Media> {
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        Some(Media::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(Media::Png)
    } else if bytes.starts_with(b"%PDF-") {
        Some(Media::Pdf)
    } else {
        None
    }
}

/// Makes what a person chose into what is kept.
///
/// # Errors
/// `attachment.kind`, `attachment.damaged`, `attachment.pixels`, `attachment.size`.
pub(crate) fn clean(bytes: Vec<u8>) -> Result<(Media, Content)> {
    match media_of(&bytes).ok_or(KIND)? {
        Media::Pdf => {
            if bytes.len() as u64 > MAX_ATTACHMENT {
                return Err(PDF_SIZE);
            }
            if !is_pdf(&bytes) {
                return Err(DAMAGED);
            }
            Ok((Media::Pdf, Content { media: Media::Pdf.code().to_owned(), thumbnail: None, bytes }))
        }
        media => {
            let (mut picture, orientation) = decode(&bytes, media, MAX_SIDE)?;
            let scaled = picture.width().max(picture.height()) > LONG_SIDE;
            if scaled {
                picture = picture.resize(LONG_SIDE, LONG_SIDE, FilterType::Triangle);
            }
            picture.apply_orientation(orientation);
            let png = if media == Media::Png && !scaled { write_png(&picture).filter(|png| png.len() <= MAX_PNG) } else { None };
            let (media, bytes) = match png {
                Some(png) => (Media::Png, png),
                None => (Media::Jpeg, write_jpeg(&flat(&picture), QUALITY).ok_or(DAMAGED)?),
            };
            Ok((media, Content { media: media.code().to_owned(), thumbnail: thumbnail(&picture), bytes }))
        }
    }
}

/// Looks at what came in a bundle under its right hash: the content where it is what it says and no
/// more than this program itself would write.
pub(crate) fn received(media: &str, bytes: Vec<u8>) -> Option<Content> {
    let media = Media::parse(media).filter(|media| media_of(&bytes) == Some(*media))?;
    let thumbnail = match media {
        Media::Pdf if is_pdf(&bytes) => None,
        Media::Pdf => return None,
        media => thumbnail(&decode(&bytes, media, LONG_SIDE).ok()?.0),
    };
    Some(Content { media: media.code().to_owned(), thumbnail, bytes })
}

fn decode(bytes: &[u8], media: Media, max_side: u32) -> Result<(DynamicImage, Orientation)> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(max_side);
    limits.max_image_height = Some(max_side);
    limits.max_alloc = Some(MAX_ALLOC);
    let too_large = |e: image::ImageError| if matches!(e, image::ImageError::Limits(_)) { PIXELS } else { DAMAGED };
    let mut decoder: Box<dyn ImageDecoder + '_> = match media {
        // The decoder fills what is missing with grey.
        Media::Jpeg if !is_whole_jpeg(bytes) => return Err(DAMAGED),
        Media::Jpeg => Box::new(JpegDecoder::new(Cursor::new(bytes)).map_err(too_large)?),
        // And takes one without its end for whole.
        Media::Png if !is_whole_png(bytes) => return Err(DAMAGED),
        _ => Box::new(PngDecoder::with_limits(Cursor::new(bytes), limits.clone()).map_err(too_large)?),
    };
    let (width, height) = decoder.dimensions();
    if width > max_side || height > max_side || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PIXELS);
    }
    decoder.set_limits(limits).map_err(too_large)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(too_large)?, orientation))
}

/// Whether a JPEG's parts follow one another up to its end mark. (A picture inside its description has
/// an end mark too.)
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // A mark may be preceded by any number of filling bytes.
        let Some(mark) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b != 0xFF)).filter(|n| *n > 0).map(|n| at + n) else {
            return false;
        };
        match bytes[mark] {
            0xD9 => return true,
            0x01 | 0xD0..=0xD8 => at = mark + 1,
            kind => {
                let Some(&[high, low]) = bytes.get(mark + 1..mark + 3) else { return false };
                at = mark + 1 + usize::from(u16::from_be_bytes([high, low])).max(2);
                if kind == 0xDA {
                    // Picture data: up to a mark that is neither a stuffed byte nor a restart.
                    let Some(rest) = bytes.get(at..) else { return false };
                    let next = rest.windows(2).position(|w| w[0] == 0xFF && !matches!(w[1], 0x00 | 0xD0..=0xD7 | 0xFF));
                    let Some(next) = next else { return false };
                    at += next;
                }
            }
        }
    }
}

/// Whether a PNG's chunks follow one another up to its end mark, checksum and all.
fn is_whole_png(bytes: &[u8]) -> bool {
    let mut at = 8;
    while let Some(&[a, b, c, d, ref kind @ ..]) = bytes.get(at..at + 8) {
        // Length, kind, content, checksum.
        let end = at.saturating_add(12).saturating_add(u32::from_be_bytes([a, b, c, d]) as usize);
        if end > bytes.len() {
            return false;
        }
        if kind == b"IEND" {
            return true;
        }
        at = end;
    }
    false
}

/// Whether a PDF has a head, an end, and a table of its objects where the end says. None of its
/// streams is unpacked: it is never shown here, and unpacking is what a bomb waits for.
fn is_pdf(bytes: &[u8]) -> bool {
    let version = bytes.get(5..8).is_some_and(|v| v[0].is_ascii_digit() && v[1] == b'.' && v[2].is_ascii_digit());
    let tail = &bytes[bytes.len().saturating_sub(2048)..];
    let find = |word: &[u8]| tail.windows(word.len()).rposition(|w| w == word);
    let (Some(start), Some(end)) = (find(b"startxref"), find(b"%%EOF")) else { return false };
    if !version || start > end {
        return false;
    }
    let number: String = tail[start + 9..end].iter().map(|b| char::from(*b)).collect();
    let Some(table) = number.trim().parse::<usize>().ok().and_then(|at| bytes.get(at..)) else { return false };
    let table = table.trim_ascii_start();
    // The table itself, or the object that holds it: «12 0 obj».
    table.starts_with(b"xref") || {
        let head = String::from_utf8_lossy(&table[..table.len().min(32)]).into_owned();
        let mut words = head.split_whitespace();
        words.next().is_some_and(|n| n.parse::<u32>().is_ok())
            && words.next().is_some_and(|n| n.parse::<u32>().is_ok())
            && words.next().is_some_and(|word| word.starts_with("obj"))
    }
}

/// A picture on white paper, three bytes a pixel.
fn flat(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let mut out = RgbImage::new(picture.width(), picture.height());
    for (x, y, pixel) in picture.pixels() {
        let [r, g, b, alpha] = pixel.0;
        let over = |c: u8| ((u16::from(c) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255) as u8;
        out.put_pixel(x, y, Rgb([over(r), over(g), over(b)]));
    }
    out
}

fn write_jpeg(picture: &RgbImage, quality: u8) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(picture).ok()?;
    Some(out)
}

fn write_png(picture: &DynamicImage) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Default, RowFilter::Adaptive);
    let eight_bits = match (picture.color().has_color(), picture.color().has_alpha()) {
        (true, true) => DynamicImage::ImageRgba8(picture.to_rgba8()),
        (true, false) => DynamicImage::ImageRgb8(picture.to_rgb8()),
        (false, true) => DynamicImage::ImageLumaA8(picture.to_luma_alpha8()),
        (false, false) => DynamicImage::ImageLuma8(picture.to_luma8()),
    };
    eight_bits.write_with_encoder(encoder).ok()?;
    Some(out)
}

fn thumbnail(picture: &DynamicImage) -> Option<Vec<u8>> {
    let small =
        if picture.width().max(picture.height()) > SMALL_SIDE { picture.thumbnail(SMALL_SIDE, SMALL_SIDE) } else { picture.clone() };
    write_jpeg(&flat(&small), SMALL_QUALITY)
}
