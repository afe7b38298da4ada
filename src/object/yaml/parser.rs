//! From tokens to a tree of nodes, by libyaml's grammar. What the scalars mean is not decided here.

use std::sync::Arc;

use super::problem::{Grammar, Problem};
use super::scanner::{Failure, Kind, Mark, Scanner, Token};

/// A node as it was written.
#[derive(Debug)]
pub(super) struct Node {
    pub content: Content,
    /// The full tag, where one was written: `tag:yaml.org,2002:str`, `!local`.
    pub tag: Option<String>,
    pub start: Mark,
    pub end: Mark,
    /// How many nodes a reader meets in this one, itself included and aliases followed.
    pub size: usize,
    /// How many of them it meets only through an alias.
    pub aliased: usize,
    /// How deep it is nested, aliases followed.
    depth: usize,
}

#[derive(Debug)]
pub(super) enum Content {
    Scalar {
        text: String,
        plain: bool,
    },
    Sequence(Vec<Arc<Node>>),
    Mapping(Vec<(Arc<Node>, Arc<Node>)>),
    /// What an alias stands for.
    Alias(Arc<Node>),
}

/// A problem and the place where it is to be mended.
#[derive(Debug)]
pub(super) struct Fault {
    pub problem: Problem,
    pub mark: Mark,
    /// The line that goyaml names, from 1; 0 where it names none.
    pub line: usize,
}

impl From<Box<Failure>> for Box<Fault> {
    /// Models `parser.fail` of goyaml v2, whose count of lines is one short for what is not the scanner's.
    fn from(failure: Box<Failure>) -> Self {
        let line = match (failure.mark.line, failure.context.line) {
            _ if failure.problem == Grammar::ControlCharacter => 0,
            (0, context) => context,
            (line, _) => line + usize::from(failure.in_token),
        };
        // A missing colon is noticed a line late, an open quote at the end of the text: what is to be mended is where it began.
        let mark = match failure.problem {
            Grammar::MissingColon | Grammar::RunOnName | Grammar::UnexpectedEnd | Grammar::UnexpectedDocumentIndicator => {
                failure.context
            }
            _ => failure.mark,
        };
        Box::new(Fault { problem: Problem::Grammar(failure.problem), mark, line })
    }
}

type Result<T> = std::result::Result<T, Box<Fault>>;

/// Nothing that Kubernetes knows is nested deeper, and deeper trees would endanger the stack.
const MAX_DEPTH: usize = 128;

/// Reads the first document of a text; `None` if there is none.
///
/// # Errors
/// Fails at the first place that breaks the grammar.
pub(super) fn parse(text: &str) -> Result<Option<Arc<Node>>> {
    let mut parser = Parser { scanner: Scanner::new(text)?, anchors: Vec::new(), tags: Vec::new(), depth: 0 };
    parser.document()
}

struct Parser {
    scanner: Scanner,
    /// The anchors, sorted by their names; `None` while the anchor's own value is being read.
    anchors: Vec<(String, Option<Arc<Node>>)>,
    tags: Vec<(String, String)>,
    depth: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// In the block style.
    Block,
    /// In the block style as a value, where a list need not be indented.
    BlockValue,
    /// In brackets or braces.
    Flow,
}

impl Parser {
    fn peek(&mut self) -> Result<&Token> {
        Ok(self.scanner.peek()?)
    }

    fn take(&mut self) -> Result<Token> {
        Ok(self.scanner.take()?)
    }

    fn next_is(&mut self, kinds: &[Kind]) -> Result<bool> {
        Ok(kinds.contains(&self.peek()?.kind))
    }

    fn take_if(&mut self, kind: &Kind) -> Result<Option<Token>> {
        if self.peek()?.kind == *kind { self.take().map(Some) } else { Ok(None) }
    }

    fn error<T>(&mut self, context: Mark, problem: Grammar) -> Result<T> {
        let mark = self.peek()?.start;
        Err(Box::new(Failure { problem, mark, context, in_token: false }).into())
    }

    fn document(&mut self) -> Result<Option<Arc<Node>>> {
        while self.take_if(&Kind::DocumentEnd)?.is_some() {}
        if self.peek()?.kind == Kind::StreamEnd {
            return Ok(None);
        }
        let mut directives = false;
        while let Kind::Directive(tag) = self.peek()?.kind.clone() {
            self.take()?;
            self.tags.extend(tag);
            directives = true;
        }
        let start = self.peek()?.start;
        let explicit = self.take_if(&Kind::DocumentStart)?.is_some();
        if directives && !explicit {
            return self.error(start, Grammar::ExpectedDocumentStart);
        }
        let ends = [Kind::DocumentStart, Kind::DocumentEnd, Kind::StreamEnd];
        let root = if self.next_is(&ends)? || matches!(self.peek()?.kind, Kind::Directive(_)) {
            self.empty()?
        } else {
            self.node(Place::Block)?
        };
        // The token behind the document is read before the document is given out.
        self.peek()?;
        Ok(Some(root))
    }

    fn empty(&mut self) -> Result<Arc<Node>> {
        let mark = self.peek()?.start;
        Ok(self.empty_at(mark))
    }

    #[allow(clippy::unused_self, reason = "reads as its siblings do")]
    fn empty_at(&self, mark: Mark) -> Arc<Node> {
        let content = Content::Scalar { text: String::new(), plain: true };
        Arc::new(Node { content, tag: None, start: mark, end: mark, size: 1, aliased: 0, depth: 1 })
    }

    fn node(&mut self, place: Place) -> Result<Arc<Node>> {
        let start = self.peek()?.start;
        if let Kind::Alias(name) = &self.peek()?.kind {
            let name = name.clone();
            return self.alias(name);
        }
        let (anchor, tag) = self.properties()?;
        if let Some(anchor) = &anchor {
            self.set_anchor(anchor.clone(), None);
        }
        if self.depth >= MAX_DEPTH {
            return self.error(start, Grammar::TooDeep);
        }
        self.depth += 1;
        let content = self.content(place, start, anchor.is_some() || tag.is_some());
        self.depth -= 1;
        let (content, end) = content?;
        let node = Arc::new(Node::new(content, tag, start, end));
        if node.depth > MAX_DEPTH {
            return self.error(start, Grammar::TooDeep);
        }
        if let Some(anchor) = anchor {
            self.set_anchor(anchor, Some(node.clone()));
        }
        Ok(node)
    }

    fn set_anchor(&mut self, name: String, node: Option<Arc<Node>>) {
        match self.anchors.binary_search_by(|(anchor, _)| anchor.cmp(&name)) {
            Ok(index) => self.anchors[index].1 = node,
            Err(index) => self.anchors.insert(index, (name, node)),
        }
    }

    fn alias(&mut self, name: String) -> Result<Arc<Node>> {
        let token = self.take()?;
        let fault = |problem| Err(Box::new(Fault { problem, mark: token.start, line: 0 }));
        let found = self.anchors.binary_search_by(|(anchor, _)| anchor.as_str().cmp(&name));
        match found.ok().map(|index| &self.anchors[index].1) {
            Some(Some(node)) => {
                let (size, depth) = (node.size, node.depth);
                let content = Content::Alias(node.clone());
                Ok(Arc::new(Node { content, tag: None, start: token.start, end: token.end, size, aliased: size, depth }))
            }
            Some(None) => fault(Problem::SelfContainingAnchor(name)),
            None => fault(Problem::UnknownAnchor(name)),
        }
    }

    /// An anchor and a tag, in either order.
    fn properties(&mut self) -> Result<(Option<String>, Option<String>)> {
        let (mut anchor, mut tag) = (None, None);
        loop {
            let token = self.peek()?.clone();
            match token.kind {
                Kind::Anchor(name) if anchor.is_none() => anchor = Some(name),
                Kind::Tag { handle, suffix } if tag.is_none() => tag = Some(self.full_tag(&token.start, &handle, &suffix)?),
                _ => return Ok((anchor, tag)),
            }
            self.take()?;
        }
    }

    fn full_tag(&mut self, start: &Mark, handle: &str, suffix: &str) -> Result<String> {
        let declared = self.tags.iter().rev().find(|(name, _)| name == handle);
        let prefix = match (declared, handle) {
            (Some((_, prefix)), _) => prefix.as_str(),
            (None, "") => "",
            (None, "!") => "!",
            (None, "!!") => "tag:yaml.org,2002:",
            (None, _) => return self.error(*start, Grammar::UndefinedTagHandle),
        };
        Ok(format!("{prefix}{suffix}"))
    }

    fn content(&mut self, place: Place, start: Mark, has_properties: bool) -> Result<(Content, Mark)> {
        let token = self.peek()?.clone();
        match token.kind {
            Kind::BlockEntry if place == Place::BlockValue => self.indentless_sequence(),
            Kind::Scalar { text, plain } => {
                self.take()?;
                Ok((Content::Scalar { text, plain }, token.end))
            }
            Kind::FlowSequenceStart => self.flow_sequence(),
            Kind::FlowMappingStart => self.flow_mapping(),
            Kind::BlockSequenceStart if place != Place::Flow => self.block_sequence(),
            Kind::BlockMappingStart if place != Place::Flow => self.block_mapping(),
            _ if has_properties => Ok((Content::Scalar { text: String::new(), plain: true }, start)),
            _ => self.error(start, Grammar::ExpectedContent),
        }
    }

    /// A node, unless one of these tokens says that it was left out.
    fn node_unless(&mut self, place: Place, ends: &[Kind], empty_at: Mark) -> Result<Arc<Node>> {
        if self.next_is(ends)? { Ok(self.empty_at(empty_at)) } else { self.node(place) }
    }

    fn block_sequence(&mut self) -> Result<(Content, Mark)> {
        let start = self.take()?.start;
        let mut items = Vec::new();
        while let Some(dash) = self.take_if(&Kind::BlockEntry)? {
            items.push(self.node_unless(Place::Block, &[Kind::BlockEntry, Kind::BlockEnd], dash.end)?);
        }
        if self.take_if(&Kind::BlockEnd)?.is_none() {
            return self.error(start, Grammar::ExpectedDash);
        }
        Ok(end_of(Content::Sequence(items), start))
    }

    fn indentless_sequence(&mut self) -> Result<(Content, Mark)> {
        let start = self.peek()?.start;
        let ends = [Kind::BlockEntry, Kind::Key, Kind::Value, Kind::BlockEnd];
        let mut items = Vec::new();
        while let Some(dash) = self.take_if(&Kind::BlockEntry)? {
            items.push(self.node_unless(Place::Block, &ends, dash.end)?);
        }
        Ok(end_of(Content::Sequence(items), start))
    }

    fn block_mapping(&mut self) -> Result<(Content, Mark)> {
        let start = self.take()?.start;
        let ends = [Kind::Key, Kind::Value, Kind::BlockEnd];
        let mut fields = Vec::new();
        while let Some(mark) = self.take_if(&Kind::Key)? {
            let key = self.node_unless(Place::BlockValue, &ends, mark.end)?;
            let value = match self.take_if(&Kind::Value)? {
                Some(colon) => self.node_unless(Place::BlockValue, &ends, colon.end)?,
                None => self.empty_at(key.end),
            };
            fields.push((key, value));
        }
        if self.take_if(&Kind::BlockEnd)?.is_none() {
            return self.error(start, Grammar::ExpectedKey);
        }
        Ok(end_of(Content::Mapping(fields), start))
    }

    fn flow_sequence(&mut self) -> Result<(Content, Mark)> {
        let start = self.take()?.start;
        let mut items: Vec<Arc<Node>> = Vec::new();
        loop {
            if let Some(end) = self.take_if(&Kind::FlowSequenceEnd)? {
                return Ok((Content::Sequence(items), end.end));
            }
            if !items.is_empty() {
                if self.take_if(&Kind::FlowEntry)?.is_none() {
                    return self.error(start, Grammar::ExpectedBracket);
                }
                if self.next_is(&[Kind::FlowSequenceEnd])? {
                    continue;
                }
            }
            let item = match self.take_if(&Kind::Key)? {
                Some(key) => self.flow_pair(&key)?,
                None => self.node(Place::Flow)?,
            };
            items.push(item);
        }
    }

    /// `[name: value]` is a list with a mapping in it.
    fn flow_pair(&mut self, mark: &Token) -> Result<Arc<Node>> {
        let ends = [Kind::Value, Kind::FlowEntry, Kind::FlowSequenceEnd];
        let key = self.node_unless(Place::Flow, &ends, mark.end)?;
        let value = self.flow_value(&ends[1..], key.end)?;
        let (content, end) = end_of(Content::Mapping(vec![(key, value)]), mark.start);
        Ok(Arc::new(Node::new(content, None, mark.start, end)))
    }

    fn flow_value(&mut self, ends: &[Kind], empty_at: Mark) -> Result<Arc<Node>> {
        match self.take_if(&Kind::Value)? {
            Some(colon) => self.node_unless(Place::Flow, ends, colon.end),
            None => Ok(self.empty_at(empty_at)),
        }
    }

    fn flow_mapping(&mut self) -> Result<(Content, Mark)> {
        let start = self.take()?.start;
        let ends = [Kind::Value, Kind::FlowEntry, Kind::FlowMappingEnd];
        let mut fields: Vec<(Arc<Node>, Arc<Node>)> = Vec::new();
        loop {
            if let Some(end) = self.take_if(&Kind::FlowMappingEnd)? {
                return Ok((Content::Mapping(fields), end.end));
            }
            if !fields.is_empty() {
                if self.take_if(&Kind::FlowEntry)?.is_none() {
                    return self.error(start, Grammar::ExpectedBrace);
                }
                if self.next_is(&[Kind::FlowMappingEnd])? {
                    continue;
                }
            }
            let field = if let Some(mark) = self.take_if(&Kind::Key)? {
                let key = self.node_unless(Place::Flow, &ends, mark.end)?;
                let value = self.flow_value(&ends[1..], key.end)?;
                (key, value)
            } else {
                let key = self.node(Place::Flow)?;
                let value = self.empty_at(key.end);
                (key, value)
            };
            fields.push(field);
        }
    }
}

/// A collection ends where its last part ends.
fn end_of(content: Content, start: Mark) -> (Content, Mark) {
    let end = match &content {
        Content::Sequence(items) => items.last().map(|item| item.end),
        Content::Mapping(fields) => fields.last().map(|(_, value)| value.end),
        _ => None,
    };
    (content, end.unwrap_or(start))
}

impl Node {
    fn new(content: Content, tag: Option<String>, start: Mark, end: Mark) -> Self {
        let (mut size, mut aliased, mut depth) = (1usize, 0usize, 0);
        let mut add = |part: &Node| {
            size = size.saturating_add(part.size);
            aliased = aliased.saturating_add(part.aliased);
            depth = depth.max(part.depth);
        };
        match &content {
            Content::Scalar { .. } | Content::Alias(_) => {}
            Content::Sequence(items) => items.iter().for_each(|item| add(item)),
            Content::Mapping(fields) => fields.iter().for_each(|(key, value)| {
                add(key);
                add(value);
            }),
        }
        Self { content, tag, start, end, size, aliased, depth: depth + 1 }
    }
}
