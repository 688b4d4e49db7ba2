//! Within each stage no module imports another that imports it again, in however many steps.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Item, ItemMod, UseTree};
use xtask::layout;

const STAGES: [&str; 6] = ["contract", "diff", "legalize", "lower", "polish", "vendor"];

/// The paths of a file, but for those of its tests.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl Paths {
    fn imported(&mut self, tree: &UseTree, above: &[String]) {
        let below = |name: String| above.iter().cloned().chain([name]).collect::<Vec<_>>();
        match tree {
            UseTree::Path(path) => self.imported(&path.tree, &below(path.ident.to_string())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.imported(tree, above)),
            UseTree::Name(name) => self.0.push(below(name.ident.to_string())),
            UseTree::Rename(rename) => self.0.push(below(rename.ident.to_string())),
            UseTree::Glob(_) => self.0.push(above.to_vec()),
        }
    }
}

impl<'a> Visit<'a> for Paths {
    fn visit_item_mod(&mut self, module: &'a ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        self.imported(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

/// The files of a module: its own, and those of the folder of its name.
fn files(stage: &Path, module: &str) -> Vec<String> {
    let own = stage.join(module).with_extension("rs");
    let below = fs::read_dir(stage.join(module)).into_iter().flatten().map(|entry| entry.unwrap().path());
    [own].into_iter().chain(below).map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// What each module of a stage imports of the others.
fn arrows(stage: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = layout::own_root().join("xtask/src").join(stage);
    let root: syn::File = syn::parse_file(&fs::read_to_string(folder.with_extension("rs")).unwrap()).unwrap();
    let modules = root.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() => Some(module.ident.to_string()),
        _ => None,
    });
    let modules: BTreeSet<String> = modules.collect();
    let arrows = modules.iter().map(|module| {
        let mut paths = Paths::default();
        files(&folder, module).iter().for_each(|text| paths.visit_file(&syn::parse_file(text).unwrap()));
        let others = paths.0.iter().filter_map(|path| {
            // `super` is the stage in the module's own file. In its folder it is the module, which has no such names.
            let name = match path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["super", "super", name, ..] | ["super", name, ..] => name,
                ["crate", of, name, ..] if of == stage => name,
                _ => return None,
            };
            (name != module && modules.contains(name)).then(|| name.to_owned())
        });
        (module.clone(), others.collect())
    });
    arrows.collect()
}

#[test]
fn arrows_within_a_stage_make_no_ring() {
    for stage in STAGES {
        let mut arrows = arrows(stage);
        assert!(arrows.values().any(|others| !others.is_empty()), "{stage} has no arrows");
        // A module with arrows to none of the others that are left is in no ring.
        while let Some(free) =
            arrows.iter().find(|(_, others)| !others.iter().any(|other| arrows.contains_key(other)))
        {
            let free = free.0.clone();
            arrows.remove(&free);
        }
        assert!(arrows.is_empty(), "in {stage} these import each other, or what does: {arrows:?}");
    }
}
