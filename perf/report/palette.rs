use plotters::style::RGBColor;

/// Colours that people who see few of them tell apart: those of Okabe and Ito (2008) without
/// yellow and sky blue, which are too light for a thin line on paper; brown and grey at the end.
const COLORS: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x00, 0x9E, 0x73),
    RGBColor(0xCC, 0x79, 0xA7),
    RGBColor(0xE6, 0x9F, 0x00),
    RGBColor(0x7A, 0x4A, 0x1E),
    RGBColor(0x66, 0x66, 0x66),
];

/// The colour of the n-th thing drawn; they come round again.
pub fn color(number: usize) -> RGBColor {
    COLORS
        .get(number % COLORS.len())
        .copied()
        .unwrap_or(COLORS[0])
}

/// A colour as CSS writes it.
pub fn hex(color: RGBColor) -> String {
    format!("#{:02X}{:02X}{:02X}", color.0, color.1, color.2)
}
