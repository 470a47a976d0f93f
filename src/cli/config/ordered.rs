use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

const NAME: &str = "entity_name";
const DEFAULT: &str = "entity_default";

/// `--entity-name` and `--entity-default` in the order in which they were given, which is that of
/// the types they belong to; the default is the empty name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

impl Args for Names {
    fn augment_args(command: Command) -> Command {
        let name = Arg::new(NAME)
            .long("entity-name")
            .value_name("NAME")
            .action(ArgAction::Append)
            .help("Name of the entity of the type before it");
        let default = Arg::new(DEFAULT)
            .long("entity-default")
            .action(ArgAction::Append)
            .num_args(0)
            .default_missing_value("")
            .help("Instead of a name: what holds where nothing else is set");
        command.arg(name).arg(default)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Names::augment_args(command)
    }
}

impl FromArgMatches for Names {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Names, clap::Error> {
        let mut found = Vec::new();
        for id in [NAME, DEFAULT] {
            let indices = matches.indices_of(id).into_iter().flatten();
            let values = matches.get_many::<String>(id).into_iter().flatten();
            found.extend(indices.zip(values.cloned()));
        }
        found.sort();
        Ok(Names(found.into_iter().map(|(_, name)| name).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Names::from_arg_matches(matches)?;
        Ok(())
    }
}
