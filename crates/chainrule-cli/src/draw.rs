//! `chainrule draw`: the computational graph of a formula.

use crate::arguments::PointArgs;
use crate::output::{Output, Result, USAGE, check_free, failure, library_failure};
use crate::point::{Point, error_in};
use chainrule::Graph;
use chainrule::draw::{Diagram, Direction, Options, Style, dot, json, mermaid, text};
use chainrule_draw::{PngOptions, SvgOptions, png, svg};
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Draw the computational graph of a formula
#[derive(clap::Args)]
#[command(before_help = "\
Examples:
  chainrule draw '(a*b + c)*d' --at a=2,b=-3,c=10,d=-2
  chainrule draw 'e = a*b; f = e + c; L = f*d' --at a=2,b=-3,c=10,d=-2 -o graph.svg
  chainrule draw 'tanh(w*x + b)' --at w=1,x=2,b=0 --style lecture --rankdir TB -o graph.png
  chainrule draw 'x*sin(x)' --at x=2 --gradient x
  chainrule draw 'x*x' --at x=3 --format dot | dot -Tpdf -o graph.pdf")]
pub(crate) struct Args {
    #[command(flatten)]
    point: PointArgs,
    /// How it is written; from the name of the output file if not given, else text
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// Where it is written; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
    /// Which way the edges run: from left to right or from top to bottom
    #[arg(long, value_name = "DIR", default_value = "LR", value_parser = direction())]
    rankdir: Direction,
    /// The form of the boxes
    #[arg(long, value_name = "STYLE", default_value = "modern", value_parser = style())]
    style: Style,
    /// Leave the derivatives out
    #[arg(long)]
    no_grad: bool,
    /// Draw the derivative in this variable, which is a graph of its own, in place of the value
    #[arg(long, value_name = "NAME")]
    gradient: Option<String>,
    /// Show so many steps from the result; graphs over 150 nodes show 60 if not given
    #[arg(long, value_name = "N")]
    depth: Option<usize>,
    /// Digits of the numbers in the boxes
    #[arg(long, value_name = "N")]
    precision: Option<usize>,
    /// Pixels of a PNG for each unit of the picture
    #[arg(long, value_name = "FACTOR", default_value_t = 2.0)]
    scale: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Svg,
    Png,
    Dot,
    Mermaid,
    Text,
    Json,
}

fn direction() -> impl TypedValueParser<Value = Direction> {
    PossibleValuesParser::new(["LR", "TB"]).try_map(|name| name.parse())
}

fn style() -> impl TypedValueParser<Value = Style> {
    PossibleValuesParser::new(["modern", "chapter", "lecture", "micrograd"])
        .try_map(|name| name.parse())
}

/// Larger graphs make pictures that nobody can look at, after minutes of layout.
const MOST_NODES: usize = 20_000;

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<()> {
    let format = choose(args, output)?;
    let target = args.output.as_deref().unwrap_or(Path::new("-"));
    check_free(target, args.force)?;
    if output.is_json() && target == Path::new("-") && format != Format::Json {
        let message =
            "--json is a format too\n  hint: leave --format out, or write the picture with -o FILE";
        return Err(failure(USAGE, message));
    }
    if format == Format::Png && target == Path::new("-") && std::io::stdout().is_terminal() {
        return Err(failure(USAGE, "a PNG is not for a terminal; give -o FILE.png"));
    }
    let point = Point::read(&args.point)?;
    let diagram = diagram(args, &point)?;
    let drawn = diagram.nodes().len();
    if matches!(format, Format::Svg | Format::Png) && drawn > MOST_NODES {
        let message = format!(
            "a picture of {drawn} nodes is above the limit of {MOST_NODES}\n  \
             hint: lower --depth, leave it out for a collapsed picture, or take --format text, dot or json"
        );
        return Err(failure(USAGE, message));
    }
    let bytes = match format {
        Format::Svg => svg(&diagram, &SvgOptions::default()).into_bytes(),
        Format::Png => {
            let options = PngOptions { scale: args.scale, ..PngOptions::default() };
            png(&diagram, &options).map_err(|e| library_failure(&e, ""))?
        }
        Format::Dot => dot(&diagram).into_bytes(),
        Format::Mermaid => mermaid(&diagram).into_bytes(),
        Format::Text => text(&diagram).into_bytes(),
        Format::Json => json(&diagram).into_bytes(),
    };
    if !matches!(format, Format::Text | Format::Json) {
        for note in diagram.notes() {
            output.note(note);
        }
    }
    if target != Path::new("-") {
        output.set("file", target.to_string_lossy());
        output.set("nodes", drawn);
        output.set("edges", diagram.edges().len());
    }
    output.file(target, &bytes, args.force)
}

fn diagram(args: &Args, point: &Point) -> Result<Diagram> {
    let options = Options {
        style: args.style,
        direction: args.rankdir,
        precision: args.precision,
        gradients: !args.no_grad && args.gradient.is_none(),
        depth: args.depth,
        ..Options::default()
    };
    if let Some(name) = &args.gradient {
        let fail = |e| error_in(&point.formula, &e);
        let derivative = point.function().partial(name).map_err(fail)?.simplify().0;
        return Ok(options.diagram(&derivative.trace(&point.values, 0).map_err(fail)?));
    }
    let graph = Graph::new();
    let result = point.formula.build(&graph, &point.values).result;
    let trace = if args.no_grad { result.trace() } else { result.trace_with_gradient() };
    Ok(options.diagram(&trace))
}

/// The format that was asked for, by name, by the name of the file or by `--json`.
fn choose(args: &Args, output: &Output) -> Result<Format> {
    if let Some(format) = args.format {
        return Ok(format);
    }
    let Some(path) = args.output.as_deref().filter(|path| *path != Path::new("-")) else {
        return Ok(if output.is_json() { Format::Json } else { Format::Text });
    };
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    Ok(match extension.as_str() {
        "svg" => Format::Svg,
        "png" => Format::Png,
        "dot" | "gv" => Format::Dot,
        "mmd" | "mermaid" => Format::Mermaid,
        "txt" => Format::Text,
        "json" => Format::Json,
        _ => {
            let names: Vec<String> = Format::value_variants()
                .iter()
                .filter_map(ValueEnum::to_possible_value)
                .map(|v| v.get_name().to_owned())
                .collect();
            let message = format!(
                "{}: the name does not say which format\n  hint: give --format {}",
                path.display(),
                names.join("|")
            );
            return Err(failure(USAGE, message));
        }
    })
}
