//! Colours.
//!
//! Categories use the palette of Okabe and Ito (2008), which stays distinct under the common forms of colour
//! blindness; amounts use viridis; signed amounts run from vermilion over white to blue through `OKLab`, so that equal
//! steps look equally large and the two signs differ for every kind of vision.

/// A colour with its opacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colour {
    /// Red, green, blue.
    pub(super) rgb: [u8; 3],
    /// 0 is invisible, 1 opaque.
    pub(super) alpha: f64,
}

impl Colour {
    const fn hex(code: u32) -> Self {
        let [_, red, green, blue] = code.to_be_bytes();
        Self { rgb: [red, green, blue], alpha: 1.0 }
    }

    /// The same colour with another opacity.
    pub(super) const fn with_alpha(self, alpha: f64) -> Self {
        Self { rgb: self.rgb, alpha }
    }

    /// Perceived lightness from 0 to 1 (`OKLab`'s L).
    pub(super) fn lightness(self) -> f64 {
        self.oklab()[0]
    }

    fn oklab(self) -> [f64; 3] {
        let [r, g, b] = self.rgb.map(to_linear);
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        [
            0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
        ]
    }

    fn from_oklab([lightness, a, b]: [f64; 3]) -> Self {
        let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
        let linear = [
            4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
            -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
            -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
        ];
        Self { rgb: linear.map(from_linear), alpha: 1.0 }
    }

    /// The colour a share of the way from `self` to `other`, through `OKLab`.
    fn towards(self, other: Self, share: f64) -> Self {
        let (from, to) = (self.oklab(), other.oklab());
        Self::from_oklab([0, 1, 2].map(|i| from[i] + (to[i] - from[i]) * share))
    }
}

fn to_linear(channel: u8) -> f64 {
    let value = f64::from(channel) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn from_linear(value: f64) -> u8 {
    let encoded = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the range of a byte"
    )]
    {
        (encoded * 255.0).round().clamp(0.0, 255.0) as u8
    }
}

/// Background.
pub(super) const PAPER: Colour = Colour::hex(0x00FF_FFFF);
/// Titles and labels.
pub(super) const INK: Colour = Colour::hex(0x0022_262B);
/// Subtitles, tick labels and remarks.
pub(super) const SOFT_INK: Colour = Colour::hex(0x0059_616B);
/// Axis lines.
pub(super) const AXIS: Colour = Colour::hex(0x008A_929C);
/// Grid lines.
pub(super) const GRID: Colour = Colour::hex(0x00E7_EAEE);
/// Every other row of a list.
pub(super) const STRIPE: Colour = Colour::hex(0x00F6_F7F9);
/// A value that does not exist.
pub(super) const ABSENT: Colour = Colour::hex(0x00E3_E5E8);
/// Okabe and Ito's vermilion.
pub(super) const VERMILION: Colour = Colour::hex(0x00D5_5E00);

/// A darker vermilion for small text, with a contrast of 5 to 1 on white.
pub(super) const VERMILION_INK: Colour = Colour::hex(0x00B0_4A00);

/// Okabe and Ito's colours, those that stand out best on white first.
pub(super) const CATEGORIES: [Colour; 8] = [
    Colour::hex(0x0000_72B2),
    VERMILION,
    Colour::hex(0x0000_9E73),
    Colour::hex(0x00CC_79A7),
    Colour::hex(0x00E6_9F00),
    Colour::hex(0x0056_B4E9),
    Colour::hex(0x0000_0000),
    Colour::hex(0x00F0_E442),
];

/// [`CATEGORIES`] for thin lines: a grey takes the place of yellow, which is lost on white.
pub(super) const LINES: [Colour; 8] = {
    let mut lines = CATEGORIES;
    lines[7] = AXIS;
    lines
};

/// viridis without its last tenth, which is too pale for points on white.
const AMOUNTS: [Colour; 9] = [
    Colour::hex(0x0044_0154),
    Colour::hex(0x0048_2878),
    Colour::hex(0x003E_4989),
    Colour::hex(0x0031_688E),
    Colour::hex(0x0026_828E),
    Colour::hex(0x001F_9E89),
    Colour::hex(0x0035_B779),
    Colour::hex(0x006E_CE58),
    Colour::hex(0x00B5_DE2B),
];

const NEGATIVE: Colour = Colour::hex(0x00A8_3C00);
const NEUTRAL: Colour = Colour::hex(0x00F8_F8F8);
const POSITIVE: Colour = Colour::hex(0x0000_4C8C);

/// The colour of an amount between 0 and 1.
pub(super) fn sequential(share: f64) -> Colour {
    let place = share.clamp(0.0, 1.0) * (AMOUNTS.len() - 1) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the list's range"
    )]
    let below = (place.floor() as usize).min(AMOUNTS.len() - 2);
    AMOUNTS[below].towards(AMOUNTS[below + 1], place - below as f64)
}

/// The colour of a signed amount between -1 and 1.
pub(super) fn diverging(value: f64) -> Colour {
    let end = if value < 0.0 { NEGATIVE } else { POSITIVE };
    NEUTRAL.towards(end, value.abs().min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_through_oklab_and_back_is_exact() {
        for colour in CATEGORIES.into_iter().chain(AMOUNTS) {
            assert_eq!(Colour::from_oklab(colour.oklab()), colour);
        }
    }

    #[test]
    fn equal_steps_of_a_signed_amount_darken_equally_on_both_sides() {
        for step in 1..10 {
            let at = |value: f64| diverging(value).lightness();
            let (before, after) = (f64::from(step - 1) / 10.0, f64::from(step) / 10.0);
            assert!(at(after) < at(before) && at(-after) < at(-before));
            assert!((at(after) - at(-after)).abs() < 0.09);
        }
    }
}
