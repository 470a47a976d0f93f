use serde_json::Value;

/// Text as HTML shows it, between tags or in an attribute.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A value as a block of data that no browser runs. In JSON `<` stands in strings only, where it
/// can be written as its number; so nothing in the block can end it or begin another.
pub fn data_block(id: &str, value: &Value) -> String {
    let json = value.to_string().replace('<', "\\u003c");
    let id = escape(id);
    format!("<script type=\"application/json\" id=\"{id}\">{json}</script>\n")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{data_block, escape};

    #[test]
    fn no_word_becomes_a_tag() {
        let hostile = "<script>alert(\"1\" & '2')</script>";
        let safe = "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;";
        assert_eq!(escape(hostile), safe);
    }

    #[test]
    fn data_neither_ends_its_block_nor_changes() {
        let value = json!({ "topic": "</script><!--<script>", "records": 7 });
        let block = data_block("a\"b", &value);
        let start = "<script type=\"application/json\" id=\"a&quot;b\">";
        let data = block.strip_prefix(start).expect("the block's tag");
        let data = data.strip_suffix("</script>\n").expect("the block's end");
        assert!(!data.contains('<'), "{data}");
        assert_eq!(serde_json::from_str::<Value>(data).ok(), Some(value));
    }
}
