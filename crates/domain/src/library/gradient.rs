//! The three colours behind the title of a list or a mix.

use std::fmt;
use std::str::FromStr;

/// A colour written as `#RRGGBB`, in capitals.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HexColor(String);

/// A text that is not a colour written as `#RRGGBB`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("colour must be written as `#RRGGBB`, got `{0}`")]
pub struct MalformedHexColor(String);

impl HexColor {
    const DIGITS: usize = 6;

    /// Writes a colour of red, green and blue.
    #[must_use]
    pub fn from_rgb([red, green, blue]: [u8; 3]) -> Self {
        Self(format!("#{red:02X}{green:02X}{blue:02X}"))
    }

    /// How well white text stands out on the colour, from 1 (not at all) to 21, as WCAG 2 defines it.
    #[must_use]
    pub fn contrast_with_white(&self) -> f64 {
        1.05 / (self.luminance() + 0.05)
    }

    /// How bright it looks, from 0 to 1, as WCAG 2 reckons it.
    fn luminance(&self) -> f64 {
        let [red, green, blue] = self.rgb();
        0.2126 * linear_light(red) + 0.7152 * linear_light(green) + 0.0722 * linear_light(blue)
    }

    fn rgb(&self) -> [u8; 3] {
        let digits = self.0.trim_start_matches('#');
        // A colour consists of digits, by which it was made.
        let [_, rgb @ ..] = u32::from_str_radix(digits, 16)
            .unwrap_or_default()
            .to_be_bytes();
        rgb
    }

    /// How far it is from grey.
    fn vividness(&self) -> u8 {
        let [red, green, blue] = self.rgb();
        red.max(green).max(blue) - red.min(green).min(blue)
    }

    /// How different two colours are: the sum of the squares of what their channels differ by.
    fn distance(&self, other: &Self) -> u32 {
        let channels = self.rgb().into_iter().zip(other.rgb());
        channels
            .map(|(one, other)| u32::from(one.abs_diff(other)).pow(2))
            .sum()
    }

    /// The same colour with so many hundredths of its light.
    fn dimmed(&self, percent: u16) -> Self {
        let dim = |channel| u8::try_from(u16::from(channel) * percent / 100).unwrap_or(u8::MAX);
        Self::from_rgb(self.rgb().map(dim))
    }

    /// The same colour, as much darker as it takes to read white text on it.
    fn readable_shade(&self) -> Self {
        let mut shade = self.clone();
        while !shade.is_readable() {
            shade = shade.dimmed(95);
        }
        shade
    }

    fn is_readable(&self) -> bool {
        self.contrast_with_white() >= Gradient::READABLE
    }

    /// Returns the colour as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HexColor {
    type Err = MalformedHexColor;

    fn from_str(text: &str) -> Result<Self, MalformedHexColor> {
        text.strip_prefix('#')
            .filter(|digits| digits.len() == Self::DIGITS)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .map(|_| Self(text.to_ascii_uppercase()))
            .ok_or_else(|| MalformedHexColor(text.to_owned()))
    }
}

impl fmt::Display for HexColor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The light of a channel, as WCAG 2 reckons it.
fn linear_light(channel: u8) -> f64 {
    let share = f64::from(channel) / 255.0;
    if share <= 0.040_45 {
        share / 12.92
    } else {
        ((share + 0.055) / 1.055).powf(2.4)
    }
}

/// Three colours that flow into each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gradient {
    colors: [HexColor; 3],
}

impl Gradient {
    /// The gradients that the product chooses from; white text is readable on each colour.
    pub const BUILT_IN: [[&'static str; 3]; 21] = [
        ["#7B2CBF", "#C2255C", "#E8590C"],
        ["#0B3D91", "#1C6DD0", "#0E8AA8"],
        ["#1B4332", "#2D6A4F", "#40916C"],
        ["#4A0D2E", "#8C1C4B", "#C9416B"],
        ["#1B1B4B", "#4B3F9E", "#8E5BC4"],
        ["#5C1A0B", "#A63A12", "#D9661F"],
        ["#0A2F35", "#11616B", "#1B8E8A"],
        ["#1C2A80", "#3650B5", "#5E74CC"],
        ["#6E1F8A", "#A8328F", "#D94A87"],
        ["#3E2418", "#7D4527", "#B5713F"],
        ["#2B3A12", "#566B1E", "#7F8F2B"],
        ["#1F2A36", "#3D5166", "#64809B"],
        ["#3A0F4F", "#7A1B6C", "#B8296F"],
        ["#093A5A", "#0C6F86", "#1F9A83"],
        ["#4F1414", "#932B23", "#CF5340"],
        ["#14324F", "#1D7A6B", "#6A4FB0"],
        ["#4B1D52", "#9C3848", "#C9772B"],
        ["#0D1226", "#24315E", "#4C5FA3"],
        ["#2E2A78", "#7C3A9C", "#D3437F"],
        ["#16382C", "#5E6B22", "#B0762A"],
        ["#3B2A5E", "#6D5096", "#9A7BBF"],
    ];

    /// The least contrast that WCAG 2 accepts for large text.
    const READABLE: f64 = 3.0;

    /// The length of [`Self::BUILT_IN`] as the type that chooses from it.
    const BUILT_IN_COUNT: u64 = 21;

    /// Makes a gradient of three colours.
    #[must_use]
    pub const fn new(first: HexColor, second: HexColor, third: HexColor) -> Self {
        Self {
            colors: [first, second, third],
        }
    }

    /// Makes a gradient of three colours if white text is readable on each of them.
    #[must_use]
    pub fn readable(colors: [HexColor; 3]) -> Option<Self> {
        let is_readable = colors.iter().all(HexColor::is_readable);
        is_readable.then_some(Self { colors })
    }

    /// Of the colours of so many posters a gradient can be made.
    pub const POSTERS_NEEDED: u32 = 3;

    /// Below this distance two colours are one to the eye.
    const ALIKE: u32 = 2_000;

    /// Makes a gradient of the colours of posters, the dark ones first: the most vivid colour and those
    /// that differ most from it and from each other, darkened where white text could not be read.
    #[must_use]
    pub fn of_posters(colours: &[HexColor]) -> Option<Self> {
        let posters = u32::try_from(colours.len()).unwrap_or(u32::MAX);
        if posters < Self::POSTERS_NEEDED {
            return None;
        }
        let shades: Vec<HexColor> = colours.iter().map(HexColor::readable_shade).collect();
        // Of equals the first counts, which is the last when it is looked for from behind.
        let first = shades.iter().rev().max_by_key(|shade| shade.vividness())?;
        let away = |shade: &HexColor, from: &[&HexColor]| {
            from.iter().map(|other| shade.distance(other)).min()
        };
        let farthest = |from: &[&HexColor]| {
            let shades = shades.iter().rev();
            shades.max_by_key(|shade| away(shade, from)).cloned()
        };
        let second = farthest(&[first])?;
        let mut three = if second.distance(first) < Self::ALIKE {
            [first.dimmed(50), first.dimmed(75), first.clone()]
        } else {
            let third = farthest(&[first, &second])?;
            [first.clone(), second, third]
        };
        three.sort_by(|one, other| one.luminance().total_cmp(&other.luminance()));
        Some(Self { colors: three })
    }

    /// Returns the built-in gradient that belongs to a number: equal numbers give equal
    /// gradients, and consecutive numbers go through all of them.
    #[must_use]
    pub fn built_in(number: u64) -> Self {
        let [first, ..] = Self::BUILT_IN;
        let wanted = number % Self::BUILT_IN_COUNT;
        let colors = (0..)
            .zip(Self::BUILT_IN)
            .find_map(|(position, colors)| (position == wanted).then_some(colors))
            .unwrap_or(first);
        // The table is checked by tests, so its colours need no parsing here.
        Self {
            colors: colors.map(|color| HexColor(color.to_owned())),
        }
    }

    /// Returns the colour that the gradient starts with.
    #[must_use]
    pub const fn first(&self) -> &HexColor {
        let [first, _, _] = &self.colors;
        first
    }

    /// Returns the colour in the middle.
    #[must_use]
    pub const fn second(&self) -> &HexColor {
        let [_, second, _] = &self.colors;
        second
    }

    /// Returns the colour that the gradient ends with.
    #[must_use]
    pub const fn third(&self) -> &HexColor {
        let [_, _, third] = &self.colors;
        third
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn color(text: &str) -> HexColor {
        text.parse().unwrap()
    }

    #[test]
    fn a_colour_is_kept_in_capitals() {
        assert_eq!(color("#1a2b3c").as_str(), "#1A2B3C");
        assert_eq!(color("#1a2b3c"), color("#1A2B3C"));
        assert_eq!(color("#1a2b3c").to_string(), "#1A2B3C");
    }

    #[test]
    fn a_text_of_another_shape_is_no_colour() {
        for text in [
            "", "#", "1A2B3C", "#1A2B3", "#1A2B3C4", "#1A2B3G", "##A2B3C", " #1A2B3C", "#цве",
        ] {
            let refused = text.parse::<HexColor>().unwrap_err();
            assert_eq!(refused, MalformedHexColor(text.to_owned()));
        }
    }

    #[test]
    fn the_refusal_names_the_text() {
        let refused = "red".parse::<HexColor>().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "colour must be written as `#RRGGBB`, got `red`"
        );
    }

    #[test]
    fn a_gradient_gives_its_colours_in_order() {
        let gradient = Gradient::new(color("#000001"), color("#000002"), color("#000003"));
        assert_eq!(gradient.first().as_str(), "#000001");
        assert_eq!(gradient.second().as_str(), "#000002");
        assert_eq!(gradient.third().as_str(), "#000003");
    }

    #[test]
    fn every_built_in_colour_is_written_as_a_parsed_one() {
        for text in Gradient::BUILT_IN.into_iter().flatten() {
            assert_eq!(color(text).as_str(), text);
        }
    }

    #[test]
    fn no_two_built_in_gradients_share_a_colour() {
        let colors: Vec<_> = Gradient::BUILT_IN.into_iter().flatten().collect();
        let distinct: HashSet<_> = colors.iter().collect();
        assert_eq!(distinct.len(), colors.len());
    }

    #[test]
    fn white_text_is_readable_on_every_built_in_colour() {
        for text in Gradient::BUILT_IN.into_iter().flatten() {
            let contrast = color(text).contrast_with_white();
            assert!(
                contrast >= Gradient::READABLE,
                "{text} has a contrast of {contrast:.2}"
            );
        }
    }

    #[test]
    fn contrast_runs_from_one_to_twenty_one() {
        assert!((color("#FFFFFF").contrast_with_white() - 1.0).abs() < 1e-9);
        assert!((color("#000000").contrast_with_white() - 21.0).abs() < 1e-9);
    }

    #[test]
    fn a_readable_gradient_has_no_light_colour() {
        let colors = |third: &str| ["#0B3D91", "#1C6DD0", third].map(color);
        let dark = Gradient::readable(colors("#0E8AA8")).unwrap();
        assert_eq!(dark.third().as_str(), "#0E8AA8");
        assert_eq!(Gradient::readable(colors("#FFEE88")), None);
        for colors in Gradient::BUILT_IN {
            assert!(Gradient::readable(colors.map(color)).is_some());
        }
    }

    fn texts(gradient: &Gradient) -> [&str; 3] {
        gradient.colors.each_ref().map(HexColor::as_str)
    }

    #[test]
    fn posters_give_their_most_different_colours_from_dark_to_bright() {
        let posters = ["#303030", "#1C6DD0", "#2070C8", "#A02020", "#FFEE88"].map(color);
        let gradient = Gradient::of_posters(&posters).unwrap();
        assert_eq!(texts(&gradient), ["#A02020", "#1C6DD0", "#9D9252"]);
    }

    #[test]
    fn posters_of_one_colour_give_its_shades() {
        let posters = ["#1C6DD0", "#1C6DD0", "#1E6ED2"].map(color);
        let gradient = Gradient::of_posters(&posters).unwrap();
        assert_eq!(texts(&gradient), ["#0E3668", "#15519C", "#1C6DD0"]);
    }

    #[test]
    fn two_posters_are_too_few() {
        assert_eq!(Gradient::of_posters(&[]), None);
        let posters = ["#1C6DD0", "#A02020"].map(color);
        assert_eq!(Gradient::of_posters(&posters), None);
    }

    proptest! {
        #[test]
        fn whatever_the_posters_are_white_text_is_readable(
            posters in prop::collection::vec(any::<[u8; 3]>(), 3..20)
        ) {
            let posters: Vec<HexColor> = posters.into_iter().map(HexColor::from_rgb).collect();
            let gradient = Gradient::of_posters(&posters).unwrap();
            prop_assert!(gradient.colors.iter().all(HexColor::is_readable));
            prop_assert!(Gradient::readable(gradient.colors).is_some());
        }
    }

    #[test]
    fn consecutive_numbers_go_through_all_built_in_gradients_in_order() {
        assert_eq!(
            u64::try_from(Gradient::BUILT_IN.len()),
            Ok(Gradient::BUILT_IN_COUNT)
        );
        for (number, [first, second, third]) in (0..).zip(Gradient::BUILT_IN) {
            let expected = Gradient::new(color(first), color(second), color(third));
            assert_eq!(Gradient::built_in(number), expected);
        }
    }

    #[test]
    fn large_numbers_start_over() {
        assert_eq!(Gradient::built_in(21), Gradient::built_in(0));
        assert_eq!(Gradient::built_in(43), Gradient::built_in(1));
        assert_eq!(
            Gradient::built_in(u64::MAX),
            Gradient::built_in(u64::MAX % Gradient::BUILT_IN_COUNT)
        );
    }
}
