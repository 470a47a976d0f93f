use super::options::Options;
use crate::cli::complaint::Complaint;
use crate::cli::input;
use crate::client::admin::ConfigEdit;
use crate::config::properties;

const FORM: &str = "requirement failed: Invalid entity config: all configs to be added must be in \
     the format \"key=val\" or  \"key=[val1,val2]\" to group values which contain commas.";

/// All that `--add-config`, `--add-config-file` and `--delete-config` ask for.
pub async fn read(options: &Options) -> Result<Vec<ConfigEdit>, Complaint> {
    let mut pairs = match (&options.add_config, &options.add_config_file) {
        (Some(text), _) => parse(text)?,
        (None, Some(path)) => properties(&input::text(path).await?),
        (None, None) => Vec::new(),
    };
    // Of equal keys the last one counts.
    let mut edits: Vec<ConfigEdit> = Vec::new();
    while let Some((name, value)) = pairs.pop() {
        if !edits.iter().any(|edit| edit.name == name) {
            let value = Some(value);
            edits.insert(0, ConfigEdit { name, value });
        }
    }
    let deleted = options.delete_config.iter().map(|name| name.trim());
    edits.extend(deleted.map(|name| ConfigEdit {
        name: name.to_owned(),
        value: None,
    }));
    match edits.is_empty() {
        true => Err(Complaint::new(
            "At least one of --add-config, --add-config-file, or --delete-config must be \
             specified with --alter",
        )),
        false => Ok(edits),
    }
}

/// `a=b,c=[d,e]`: commas between brackets belong to the value.
fn parse(text: &str) -> Result<Vec<(String, String)>, Complaint> {
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for letter in text.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        match (letter, parts.last_mut()) {
            (',', _) if depth <= 0 => parts.push(String::new()),
            (_, Some(last)) => last.push(letter),
            (_, None) => {}
        }
    }
    let pair = |part: String| {
        let (key, value) = part.split_once('=').ok_or_else(|| Complaint::new(FORM))?;
        let value = value.replace(['[', ']'], "");
        Ok((key.trim().to_owned(), value.trim().to_owned()))
    };
    parts.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn commas_between_brackets_belong_to_the_value() {
        let pairs = |text| parse(text).unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(pairs("a=b"), [pair("a", "b")]);
        assert_eq!(
            pairs("cleanup.policy=[compact,delete], flush.ms = 5"),
            [
                pair("cleanup.policy", "compact,delete"),
                pair("flush.ms", "5")
            ]
        );
        assert_eq!(
            pairs("a=,m=[client_id=x]"),
            [pair("a", ""), pair("m", "client_id=x")]
        );
        assert!(parse("a").is_err());
        assert!(parse("a=b,c").is_err());
    }
}
