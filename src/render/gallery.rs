//! Every figure for looking at: `KEFU_GALLERY=folder cargo test --lib gallery` writes a page and pictures there.

use std::fs;
use std::path::PathBuf;

use super::html::Html;
use super::{Renderer, picture};
use crate::chart::Layout;
use crate::i18n::Lang;
use crate::report::document::{Block, Section};
use crate::report::figure::samples::samples;
use crate::report::nightly::fixture::night;
use crate::report::nightly::nightly;

/// The nightly page with the samples as a section of its own.
fn page(lang: Lang) -> Vec<u8> {
    let mut document = nightly(&night(), lang);
    let blocks = samples(lang)
        .into_iter()
        .map(|figure| Block::Figure(Box::new(figure)));
    document.sections.insert(
        0,
        Section {
            id: "gallery",
            title: "Gallery".to_owned(),
            lead: None,
            blocks: blocks.collect(),
        },
    );
    Html.render(&document).unwrap()
}

#[test]
fn samples_stand_on_a_page() {
    let folder = std::env::var_os("KEFU_GALLERY").map(PathBuf::from);
    for lang in Lang::ALL {
        let page = page(lang);
        let text = String::from_utf8(page.clone()).unwrap();
        for figure in samples(lang) {
            assert!(
                text.contains(&format!("id=\"{}\"", figure.id)),
                "{}",
                figure.id
            );
        }
        let Some(folder) = &folder else { continue };
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(format!("page.{}.html", lang.code())), page).unwrap();
        let document = nightly(&night(), lang);
        let legend = document
            .sections
            .iter()
            .flat_map(|section| &section.blocks)
            .find_map(|block| match block {
                Block::Multiples { legend, .. } => Some(legend),
                _ => None,
            });
        let of_page = document
            .figures()
            .map(|figure| (figure.clone(), figure.id.starts_with("trend-")));
        for (figure, shares) in
            of_page.chain(samples(lang).into_iter().map(|figure| (figure, false)))
        {
            for (layout, name) in [(Layout::Wide, "wide"), (Layout::Narrow, "narrow")] {
                let legend = legend.filter(|_| shares);
                let bytes = picture::png(&figure, layout, legend, lang).unwrap();
                let file = format!("{}.{name}.{}.png", figure.id, lang.code());
                fs::write(folder.join(file), bytes).unwrap();
            }
        }
    }
}
