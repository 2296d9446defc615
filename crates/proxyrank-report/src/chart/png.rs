//! Pixels as a small PNG.
//!
//! A chart has a dozen colours and thousands of shades between them, which exist only to smooth edges. With a palette of
//! the 256 commonest colours, and each rare shade drawn in the nearest of these, nobody sees a difference, and a file has a
//! quarter of the size: charts are committed beside the tables, so it counts.

use std::collections::HashMap;

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, FilterType};

/// Red, green, blue.
type Rgb = [u8; 3];

/// As many colours as one byte can tell apart.
const PALETTE: usize = 256;

/// Compresses pixels of three bytes each into the bytes of a PNG file.
pub(super) fn encode(size: (u32, u32), pixels: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let (pixels, _) = pixels.as_chunks::<3>();
    let palette = palette(pixels);
    let mut places: HashMap<Rgb, u8> = HashMap::new();
    let mut indexed = Vec::with_capacity(pixels.len());
    for run in runs(pixels) {
        let place = *places.entry(run[0]).or_insert_with(|| nearest(&palette, run[0]));
        indexed.resize(indexed.len() + run.len(), place);
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, size.0, size.1);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette.as_flattened().to_vec());
    encoder.set_compression(Compression::Best);
    // Differences of places in a palette mean nothing, so the filters of the format only do harm.
    encoder.set_filter(FilterType::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&indexed)?;
    writer.finish()?;
    Ok(file)
}

/// Neighbours of one colour: most of a chart is paper, and a run is looked up as fast as a pixel.
fn runs(pixels: &[Rgb]) -> impl Iterator<Item = &[Rgb]> {
    pixels.chunk_by(|a, b| a == b)
}

/// The commonest colours; of equally common ones the darker first, so that equal pixels give equal files.
fn palette(pixels: &[Rgb]) -> Vec<Rgb> {
    let mut counts: HashMap<Rgb, usize> = HashMap::new();
    for run in runs(pixels) {
        *counts.entry(run[0]).or_default() += run.len();
    }
    let mut colours: Vec<(Rgb, usize)> = counts.into_iter().collect();
    colours.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    colours.into_iter().take(PALETTE).map(|(colour, _)| colour).collect()
}

/// The place of the colour that lies closest; the first of equally close ones.
fn nearest(palette: &[Rgb], colour: Rgb) -> u8 {
    let distance = |other: &Rgb| -> u32 {
        other.iter().zip(colour).map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    let place = (0..palette.len()).min_by_key(|&place| distance(&palette[place]));
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(file: &[u8]) -> Vec<u8> {
        let mut decoder = png::Decoder::new(file);
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        reader.next_frame(&mut pixels).unwrap();
        pixels
    }

    #[test]
    fn few_colours_come_back_exactly() {
        let pixels: Vec<u8> = (0..=255).flat_map(|shade| [shade, 255 - shade, 7]).collect();
        assert_eq!(decode(&encode((16, 16), &pixels).unwrap()), pixels);
    }

    #[test]
    fn a_rare_shade_becomes_its_neighbour_and_common_ones_stay() {
        // 300 shades of grey and blue on white, which is common and must not move.
        let shades =
            (0..250_u8).map(|shade| [shade, shade, shade / 2]).chain((0..50).map(|blue| [9, 9, blue]));
        let mut pixels: Vec<u8> = shades.flatten().collect();
        pixels.resize(3 * 600, 255);
        let seen = decode(&encode((30, 20), &pixels).unwrap());
        assert_eq!(seen[900..], pixels[900..]);
        let worst = seen.iter().zip(&pixels).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst.unwrap() <= 60, "{worst:?}");
    }

    #[test]
    fn too_few_pixels_are_an_error() {
        assert!(encode((2, 2), &[0; 9]).is_err());
    }
}
