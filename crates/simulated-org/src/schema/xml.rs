//! Metadata XML as a small tree. Metadata files hold elements and text only, so attributes are dropped.

use anyhow::{Context as _, Result, bail};
use quick_xml::events::Event;
use quick_xml::reader::Reader;

#[derive(Clone, Debug, Default)]
pub struct Element {
    pub name: String,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// The document's root element.
    pub fn parse(source: &str) -> Result<Self> {
        let mut reader = Reader::from_str(source);
        // The bottom of the stack is a nameless holder of the root.
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().context("malformed XML")? {
                Event::Start(start) => open.push(Self { name: local_name(start.name().0), ..Self::default() }),
                Event::Empty(empty) => {
                    let child = Self { name: local_name(empty.name().0), ..Self::default() };
                    open.last_mut().context("an element outside the document")?.children.push(child);
                }
                Event::End(_) => {
                    let mut closed = open.pop().context("an end tag without a start")?;
                    closed.text = closed.text.trim().into();
                    open.last_mut().context("an end tag outside the document")?.children.push(closed);
                }
                Event::Text(text) => {
                    open.last_mut().context("text outside the document")?.text += &text.xml10_content();
                }
                Event::CData(text) => {
                    open.last_mut().context("text outside the document")?.text += &text.xml10_content();
                }
                Event::GeneralRef(reference) => {
                    let name = reference.xml10_content();
                    let text =
                        match (reference.resolve_char_ref()?, quick_xml::escape::resolve_predefined_entity(&name)) {
                            (Some(character), _) => character.to_string(),
                            (None, Some(text)) => text.to_owned(),
                            (None, None) => bail!("unknown entity &{name};"),
                        };
                    open.last_mut().context("text outside the document")?.text += &text;
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        let holder = open.pop().context("an empty document")?;
        holder.children.into_iter().next().context("a document without a root element")
    }

    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// A child's text, when it has any.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str()).filter(|text| !text.is_empty())
    }

    pub fn flag(&self, name: &str) -> bool {
        self.text_of(name) == Some("true")
    }

    pub fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.text_of(name)?.parse().ok()
    }
}

fn local_name(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}
