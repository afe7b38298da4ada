//! Which objects a command is about: names, kinds and selectors on the command line, or files.
//!
//! Models the builder of `k8s.io/cli-runtime/pkg/resource`.

use super::client::{self, Filter};
use super::fault::Fault;
use super::flags::Flags;
use super::manifest::{self, ManifestCause};
use super::process::{Context, Files};
use super::resource::{self, Resource};
use crate::apiserver::error::go_quoted;
use crate::cluster::Cluster;
use crate::object::{Kind, LabelSelector, SmolStr, Value};

/// One object that a command is about.
#[derive(Clone, Debug)]
pub struct Info {
    /// Its resource.
    pub resource: &'static Resource,
    /// Its namespace; empty for a cluster-scoped one.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The object: as it is in the cluster, or as a file has it.
    pub value: Value,
    /// The file that it comes from; empty when it was named.
    pub source: String,
}

impl Info {
    /// `daemonset.apps/agent`.
    pub fn said(&self) -> String {
        format!("{}/{}", self.resource.said(), self.name)
    }

    /// Reads the object from the cluster again.
    ///
    /// # Errors
    /// When it is not there.
    pub fn fetch(&self, cluster: &Cluster) -> Result<Value, Fault> {
        client::get(cluster, self.resource, &self.namespace, &self.name)
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Selection {
    /// The objects, in their order.
    pub infos: Vec<Info>,
    /// What could not be found or read, beside them.
    pub faults: Vec<Fault>,
    /// Whether one object was asked for by its name.
    pub single: bool,
    /// Whether objects were asked for by name, and not by what they are.
    pub by_name: bool,
}

/// How a command asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask {
    /// A kind alone stands for all of its objects.
    pub kind_means_all: bool,
    /// Objects in files are looked up in the cluster.
    pub latest: bool,
    /// Objects of files need not be in the cluster.
    pub only_files: bool,
}

/// What is said when nothing was named.
pub fn missing_resource() -> Fault {
    Fault::client(
        "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   \
         '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
    )
}

/// The namespace that a command works in; empty with `--all-namespaces`.
pub fn namespace(flags: &Flags) -> &str {
    match flags.text("namespace") {
        _ if flags.is_on("all-namespaces") => "",
        "" => "default",
        given => given,
    }
}

/// Finds the objects that the arguments and flags of a command speak of.
///
/// # Errors
/// When they cannot be understood.
pub fn select(ctx: &Context<'_>, flags: &Flags, args: &[String], ask: Ask) -> Result<Selection, Fault> {
    choose(ctx, flags, args, ask, Named::AreThere)
}

/// The same, but what is named is not looked up, and may not be there.
///
/// # Errors
/// When they cannot be understood.
pub fn select_unseen(ctx: &Context<'_>, flags: &Flags, args: &[String]) -> Result<Selection, Fault> {
    choose(ctx, flags, args, Ask::default(), Named::Unseen)
}

/// What becomes of objects that are named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    /// They are looked up.
    AreThere,
    /// They are taken as they are named.
    Unseen,
}

fn choose(ctx: &Context<'_>, flags: &Flags, args: &[String], ask: Ask, named: Named) -> Result<Selection, Fault> {
    let files = flags.list("filename");
    if !flags.text("kustomize").is_empty() {
        return Err(Fault::client(format!("unable to read a kustomization in {}", go_quoted(flags.text("kustomize")))));
    }
    let (labels, fields, all) = (flags.text("selector").trim(), flags.text("field-selector").trim(), flags.is_on("all"));
    if all && !(labels.is_empty() && fields.is_empty()) {
        return Err(Fault::client("setting 'all' parameter but found a non empty selector. "));
    }
    let args = normalized(args);
    if let Some(fault) = mixed(&args) {
        return Err(fault);
    }
    let by_slash = args.iter().any(|arg| arg.contains('/'));
    if !files.is_empty() {
        return match &args[..] {
            [] => from_files(ctx, flags, &files, ask),
            _ if by_slash => Err(Fault::client("resource/name arguments cannot be provided when a path is specified")),
            _ => Err(Fault::client(
                "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well",
            )),
        };
    }
    let selects = all || !labels.is_empty() || !fields.is_empty();
    if by_slash {
        if selects {
            return Err(Fault::client("selectors and the all flag cannot be used when passing resource/name arguments"));
        }
        return by_slashes(ctx, flags, &args, named);
    }
    match &args[..] {
        [] if selects => Err(Fault::client("at least one resource must be specified to use a selector")),
        [] => Err(missing_resource()),
        [kinds] if selects || ask.kind_means_all => {
            by_selector(ctx, flags, kinds, Filter { namespace: namespace(flags), labels, fields })
        }
        [kinds] => {
            resource::expand(kinds).iter().try_for_each(|kind| resource::find(kind).map(|_| ()))?;
            Err(Fault::client("resource(s) were provided, but no name was specified"))
        }
        _ if selects => Err(Fault::client("name cannot be provided when a selector is specified")),
        [kind, names @ ..] => by_names(ctx, flags, kind, names, named),
    }
}

/// `a,b c` means `a/c b/c`.
fn normalized(args: &[String]) -> Vec<String> {
    match args {
        [kinds, names @ ..] if !names.is_empty() && kinds.contains(',') && !kinds.contains('/') => {
            kinds.split(',').flat_map(|kind| names.iter().map(move |name| format!("{kind}/{name}"))).collect()
        }
        _ => args.to_vec(),
    }
}

fn mixed(args: &[String]) -> Option<Fault> {
    let slashes = args.iter().filter(|arg| arg.contains('/')).count();
    (slashes > 0 && slashes < args.len()).then(|| {
        Fault::client(
            "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form \
             (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
        )
    })
}

fn by_slashes(ctx: &Context<'_>, flags: &Flags, args: &[String], look: Named) -> Result<Selection, Fault> {
    let mut named = Vec::new();
    for arg in args {
        let parts: Vec<&str> = arg.split('/').collect();
        let [kind, name] = parts[..] else {
            return Err(Fault::client("arguments in resource/name form may not have more than one slash"));
        };
        if kind.is_empty() || name.is_empty() || kind.contains(',') {
            return Err(Fault::client("arguments in resource/name form must have a single resource and name"));
        }
        named.push((resource::find(kind)?, name));
    }
    let mut selection = Selection { single: named.len() == 1, by_name: true, ..Selection::default() };
    for (resource, name) in named {
        selection.look_up(ctx, flags, resource, name, look)?;
    }
    Ok(selection)
}

fn by_names(ctx: &Context<'_>, flags: &Flags, kind: &str, names: &[String], look: Named) -> Result<Selection, Fault> {
    let kinds = resource::expand(kind);
    if kinds.len() > 1 {
        return Err(Fault::client("you must specify only one resource"));
    }
    let resource = resource::find(kind)?;
    let mut selection = Selection { single: names.len() == 1, by_name: true, ..Selection::default() };
    for name in names {
        selection.look_up(ctx, flags, resource, name, look)?;
    }
    Ok(selection)
}

fn by_selector(ctx: &Context<'_>, flags: &Flags, kinds: &str, filter: Filter<'_>) -> Result<Selection, Fault> {
    let mut selection = Selection::default();
    let mut found: Vec<&'static Resource> = Vec::new();
    for kind in resource::expand(kinds) {
        let resource = resource::find(&kind)?;
        if !found.iter().any(|it| std::ptr::eq(*it, resource)) {
            found.push(resource);
        }
    }
    let _ = flags;
    for resource in found {
        match client::list(ctx.cluster, resource, filter) {
            Ok(objects) => selection.infos.extend(objects.into_iter().map(|value| info(resource, value, String::new()))),
            Err(fault) => selection.faults.push(fault),
        }
    }
    Ok(selection)
}

/// An object by its name; where it is not there because its namespace is not, that is said. Models `Info.Get`.
fn retrieve(cluster: &Cluster, resource: &Resource, namespace: &str, name: &str) -> Result<Value, Fault> {
    client::get(cluster, resource, namespace, name).map_err(|fault| {
        let asks = fault.is_not_found() && resource.namespaced && !matches!(namespace, "" | "default");
        let space = asks.then(|| client::get(cluster, Resource::of(Kind::Namespace), "", namespace));
        space.and_then(Result::err).unwrap_or(fault)
    })
}

/// One object with what is known of it.
pub fn info(resource: &'static Resource, value: Value, source: String) -> Info {
    let meta = value.at(&["metadata"]);
    let [namespace, name] = ["namespace", "name"].map(|field| meta.text_at(&[field]));
    Info { resource, namespace, name, value, source }
}

impl Selection {
    fn look_up(
        &mut self,
        ctx: &Context<'_>,
        flags: &Flags,
        resource: &'static Resource,
        name: &str,
        look: Named,
    ) -> Result<(), Fault> {
        let namespace = namespace(flags);
        if namespace.is_empty() && resource.namespaced {
            return Err(Fault::client("a resource cannot be retrieved by name across all namespaces"));
        }
        if look == Named::Unseen {
            let namespace = if resource.namespaced { namespace } else { "" };
            let (namespace, name) = (namespace.into(), name.into());
            self.infos.push(Info { resource, namespace, name, value: Value::Null, source: String::new() });
            return Ok(());
        }
        match retrieve(ctx.cluster, resource, namespace, name) {
            Ok(value) => self.infos.push(info(resource, value, String::new())),
            Err(fault) => self.faults.push(fault),
        }
        Ok(())
    }
}

/// The text of a file, or what kubectl says when there is none.
///
/// # Errors
/// When there is none.
pub fn read_file(files: &dyn Files, stdin: &str, name: &str) -> Result<Vec<(String, String)>, Fault> {
    let of_manifest = |name: &String| [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end));
    match name {
        "-" => Ok(vec![("STDIN".into(), stdin.to_owned())]),
        "." | "./" => {
            let names = files.names().into_iter().filter(of_manifest);
            Ok(names.filter_map(|name| files.read(&name).map(|text| (name, text))).collect())
        }
        _ => match files.read(name.strip_prefix("./").unwrap_or(name)) {
            Some(text) => Ok(vec![(name.to_owned(), text)]),
            None => Err(Fault::client(format!("the path {} does not exist", go_quoted(name)))),
        },
    }
}

/// The objects of files, as far as they can be read.
fn from_files(ctx: &Context<'_>, flags: &Flags, files: &[&str], ask: Ask) -> Result<Selection, Fault> {
    let mut texts = Vec::new();
    for file in files {
        texts.extend(read_file(ctx.files, ctx.stdin, file)?);
    }
    let labels = flags.text("selector").trim();
    let wanted = LabelSelector::parse(labels)
        .map_err(|error| Fault::client(format!("the provided selector {} is not valid: {error}", go_quoted(labels))))?;
    let mut selection = Selection { by_name: true, ..Selection::default() };
    for (name, text) in &texts {
        selection.add_text(ctx, flags, name, text, ask);
    }
    if !wanted.is_everything() {
        selection.infos.retain(|it| wanted.matches(&client::labels_of(&it.value)));
    }
    selection.single = selection.infos.len() + selection.faults.len() == 1;
    Ok(selection)
}

impl Selection {
    fn add_text(&mut self, ctx: &Context<'_>, flags: &Flags, source: &str, text: &str, ask: Ask) {
        let manifest = manifest::read(text);
        for object in &manifest.objects {
            match placed(flags, Resource::of(object.kind), &object.value, source) {
                Ok(info) if ask.latest => match retrieve(ctx.cluster, info.resource, &info.namespace, &info.name) {
                    Ok(value) => self.infos.push(Info { value, ..info }),
                    Err(fault) => self.faults.push(fault),
                },
                Ok(info) => self.infos.push(info),
                Err(fault) => self.faults.push(fault),
            }
        }
        for error in &manifest.errors {
            let words = error.message(source).to_string();
            // Only what is applied or created is checked before it is sent.
            let unchecked = matches!(error.cause, ManifestCause::Unidentified(_)) && !ask.only_files;
            self.faults.push(if unchecked {
                Fault::client(format!("unable to decode {}: {words}", go_quoted(source)))
            } else {
                Fault::client(words)
            });
        }
    }
}

/// The object in the namespace that the command line says.
fn placed(flags: &Flags, resource: &'static Resource, value: &Value, source: &str) -> Result<Info, Fault> {
    let mut value = value.clone();
    if resource.namespaced {
        let (own, given) = (value.str_at(&["metadata", "namespace"]).to_owned(), flags.text("namespace"));
        if own.is_empty() && flags.is_on("local") {
            // Without a cluster it is not known that it belongs into one.
        } else if own.is_empty() {
            value.set(&["metadata", "namespace"], if given.is_empty() { "default" } else { given });
        } else if !given.is_empty() && own != given {
            return Err(Fault::client(format!(
                "the namespace from the provided object {} does not match the namespace {}. You must pass '--namespace={own}' to perform this operation.",
                go_quoted(&own),
                go_quoted(given)
            )));
        }
    }
    Ok(info(resource, value, source.to_owned()))
}
