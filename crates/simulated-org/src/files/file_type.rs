//! `FileExtension` and `FileType` from a path, as an Org derives them.
//!
//! Format: Object Reference, ContentVersion, "FileType"; the list holds the types a support Case meets.

/// The extension without its dot, as written. A name without one has none.
pub fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty() && extension.len() <= 40).then_some(extension)
}

pub fn file_type(extension: Option<&str>) -> &'static str {
    let Some(extension) = extension.map(str::to_lowercase) else { return "UNKNOWN" };
    match extension.as_str() {
        "pdf" => "PDF",
        "doc" => "WORD",
        "docx" => "WORD_X",
        "xls" => "EXCEL",
        "xlsx" => "EXCEL_X",
        "ppt" => "POWER_POINT",
        "pptx" => "POWER_POINT_X",
        "txt" | "log" => "TEXT",
        "csv" => "CSV",
        "xml" => "XML",
        "html" | "htm" => "HTML",
        "rtf" => "RTF",
        "zip" => "ZIP",
        "png" => "PNG",
        "jpg" | "jpeg" => "JPG",
        "gif" => "GIF",
        "bmp" => "BMP",
        "tiff" | "tif" => "TIFF",
        "svg" => "SVG",
        "mp3" => "MP3",
        "mp4" => "MP4",
        "mov" => "MOV",
        "avi" => "AVI",
        "wav" => "WAV",
        "exe" => "EXE",
        "msg" => "MSG",
        _ => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_dot_of_the_last_step_decides() {
        for (path, expected) in [
            ("report.PDF", (Some("PDF"), "PDF")),
            (r"C:\logs\core.dump.zip", (Some("zip"), "ZIP")),
            ("/a.b/readme", (None, "UNKNOWN")),
            (".profile", (None, "UNKNOWN")),
            ("trace.pcapng", (Some("pcapng"), "UNKNOWN")),
        ] {
            let extension = extension(path);
            assert_eq!((extension, file_type(extension)), expected, "{path}");
        }
    }
}
