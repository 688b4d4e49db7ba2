//! What things are called in Rust, read from the generated code. Nothing else is taken from it: neither what is sent
//! nor how an answer is read.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use quote::ToTokens as _;
use syn::visit_mut::VisitMut;
use syn::{
    Attribute, Expr, Fields, File, FnArg, GenericArgument, ImplItem, ImplItemFn, Item, Lit, Meta,
    PathArguments, ReturnType, Type, TypeParamBound, TypePath, WherePredicate, parse_quote,
};

/// The names in a generated client.
#[derive(Debug, Default)]
pub(super) struct Rust {
    /// By the request that they send, such as `GET /v1/users`.
    calls: BTreeMap<String, Call>,
    types: BTreeMap<String, Definition>,
}

/// How an operation is called.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The client's method.
    pub(super) method: String,
    pub(super) setters: Vec<Setter>,
    /// What a success is.
    pub(super) answer: Type,
    /// What a declared error is.
    pub(super) refusal: Type,
}

/// A method of a builder that takes a value.
#[derive(Clone, Debug)]
pub(super) struct Setter {
    pub(super) name: String,
    pub(super) ty: Type,
    /// Where the value goes, if the code says it: `query`, `header`, `path` or `cookie`, and the name on the wire.
    sent: Vec<(&'static str, Option<String>)>,
}

#[derive(Debug)]
enum Definition {
    /// By their names on the wire.
    Fields(Vec<(String, Type)>),
    Newtype(Box<Type>),
    /// The variants with what they hold.
    Variants(Vec<(String, Option<Type>)>),
}

impl Definition {
    fn types_mut(&mut self) -> Vec<&mut Type> {
        match self {
            Self::Fields(fields) => fields.iter_mut().map(|(_, ty)| ty).collect(),
            Self::Newtype(inner) => vec![inner],
            Self::Variants(variants) => variants.iter_mut().filter_map(|(_, ty)| ty.as_mut()).collect(),
        }
    }
}

/// Puts the module before the names of generated types.
struct Named(BTreeSet<String>);

impl VisitMut for Named {
    fn visit_type_path_mut(&mut self, node: &mut TypePath) {
        let first = node.path.segments.first().map(|first| first.ident.to_string());
        if let (Some(name), 1) = (first, node.path.segments.len())
            && self.0.contains(&name)
        {
            let path = &node.path;
            node.path = parse_quote! { types::#path };
        }
        syn::visit_mut::visit_type_path_mut(self, node);
    }
}

impl Rust {
    /// Reads the generated code.
    pub(super) fn learn(client: &str) -> Result<Self> {
        let file: File = syn::parse_file(client).context("the generated client is no Rust")?;
        let mut rust = Self::default();
        let mut builders = BTreeMap::new();
        let types = items_of(&file.items, "types");
        rust.types.extend(types.iter().filter_map(definition));
        // Among themselves they stand without their module.
        let mut named = Named(rust.types.keys().cloned().collect());
        rust.types.values_mut().flat_map(Definition::types_mut).for_each(|ty| named.visit_type_mut(ty));
        for item in items_of(&file.items, "builder") {
            if let Item::Impl(block) = item
                && let Some(name) = last_name(&block.self_ty)
            {
                builders.entry(name).or_insert_with(Vec::new).extend(&block.items);
            }
        }
        for item in &file.items {
            let Item::Impl(block) = item else { continue };
            if block.trait_.is_some() || last_name(&block.self_ty).as_deref() != Some("Client") {
                continue;
            }
            for item in &block.items {
                let ImplItem::Fn(method) = item else { continue };
                let Some(request) = request(&method.attrs) else { continue };
                let ReturnType::Type(_, builder) = &method.sig.output else { continue };
                let items = last_name(builder).and_then(|name| builders.get(&name));
                if let Some(call) = items.and_then(|items| call(&method.sig.ident.to_string(), items)) {
                    rust.calls.insert(request, call);
                }
            }
        }
        Ok(rust)
    }

    /// How an operation is called. None: the client does not have it.
    pub(super) fn call(&self, method: &str, path: &str) -> Option<&Call> {
        self.calls.get(&format!("{} {path}", method.to_ascii_uppercase()))
    }

    /// The type of a member of an object.
    pub(super) fn member(&self, ty: &Type, name: &str) -> Option<Type> {
        match self.definition(ty)? {
            Definition::Fields(fields) => {
                let field = fields.iter().find(|(wire, _)| wire == name);
                let field = field.or_else(|| fields.iter().find(|(wire, _)| plain(wire) == plain(name)));
                field.map(|(_, ty)| ty.clone())
            }
            Definition::Newtype(inner) => self.member(inner, name),
            Definition::Variants(_) => None,
        }
    }

    /// The type of the items of a list, or of the values of a map.
    pub(super) fn item(&self, ty: &Type) -> Option<Type> {
        let ty = bare(ty);
        if let Some(Definition::Newtype(inner)) = self.definition(&ty) {
            return self.item(inner);
        }
        match name_and_arguments(&ty)? {
            (name, arguments) if name == "Vec" || name.ends_with("Map") => arguments.last().cloned(),
            _ => None,
        }
    }

    /// What one of several variants holds, if it is called like a component.
    pub(super) fn payload(&self, ty: &Type, component: &str) -> Option<(String, Type)> {
        match self.definition(ty)? {
            Definition::Variants(variants) => variants.iter().find_map(|(variant, payload)| {
                let payload = payload.as_ref()?;
                let name = last_name(&bare(payload))?;
                (plain(&name) == plain(component)).then(|| (variant.clone(), bare(payload)))
            }),
            Definition::Newtype(inner) => self.payload(inner, component),
            Definition::Fields(_) => None,
        }
    }

    /// The type that is called like a component, if it is the only one.
    pub(super) fn called(&self, component: &str) -> Option<Type> {
        let mut all = self.types.keys().filter(|name| plain(name) == plain(component));
        match (all.next(), all.next()) {
            (Some(name), None) => syn::parse_str(&format!("types::{name}")).ok(),
            _ => None,
        }
    }

    fn definition(&self, ty: &Type) -> Option<&Definition> {
        let ty = bare(ty);
        let is_generated = ty.to_token_stream().to_string().starts_with("types ::");
        last_name(&ty).filter(|_| is_generated).and_then(|name| self.types.get(&name))
    }
}

impl Call {
    /// The setter of a parameter.
    pub(super) fn setter(&self, place: &str, name: &str) -> Option<&Setter> {
        let like: Vec<&Setter> = self
            .setters
            .iter()
            .filter(|setter| {
                plain(setter.name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_'))
                    == plain(name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_'))
            })
            .collect();
        let exact = |setter: &&&Setter| {
            setter
                .sent
                .iter()
                .any(|(at, wire)| *at == place && wire.as_deref().is_none_or(|wire| wire == name))
        };
        let named = |setter: &&&Setter| plain(&setter.name) == plain(name);
        let found =
            like.iter().filter(exact).find(|s| s.sent.iter().any(|(_, wire)| wire.as_deref() == Some(name)));
        found.or_else(|| like.iter().find(exact)).or_else(|| like.iter().find(named)).copied()
    }
}

/// A name without what differs between conventions.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A type without what may be around it: `Option` and `Box`.
pub(super) fn bare(ty: &Type) -> Type {
    match name_and_arguments(ty) {
        Some((name, arguments)) if name == "Option" || name == "Box" => match arguments.as_slice() {
            [inner] => bare(inner),
            _ => ty.clone(),
        },
        _ => ty.clone(),
    }
}

/// The type as it is written where `types` is in scope.
pub(super) fn written(ty: &Type) -> String {
    let tokens = ty.to_token_stream().to_string();
    let dense: String = tokens.chars().filter(|c| !c.is_whitespace()).collect();
    let mut text = dense.replace(',', ", ");
    for (long, short) in [
        ("::std::string::String", "String"),
        ("::std::vec::Vec<", "Vec<"),
        ("::std::option::Option<", "Option<"),
        ("::std::boxed::Box<", "Box<"),
        ("::serde_json::", "serde_json::"),
    ] {
        text = text.replace(long, short);
    }
    text
}

/// The name of a type without its module.
pub(super) fn last_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

fn name_and_arguments(ty: &Type) -> Option<(String, Vec<Type>)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    Some((last.ident.to_string(), types.collect()))
}

fn items_of<'a>(items: &'a [Item], module: &str) -> &'a [Item] {
    let found = items.iter().find_map(|item| match item {
        Item::Mod(of) if of.ident == module => of.content.as_ref(),
        _ => None,
    });
    found.map_or(&[], |(_, items)| items)
}

/// `GET /v1/users`, as the documentation of the method says it.
fn request(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let words = documentation(attribute)?;
        let request =
            words.lines().find_map(|line| line.trim().strip_prefix("Sends `")?.strip_suffix("`."))?;
        Some(request.to_owned())
    })
}

fn documentation(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The items of a builder, of its own and of the trait of calls, as a call.
fn call(method: &str, items: &[&ImplItem]) -> Option<Call> {
    let methods = || {
        items.iter().filter_map(|item| match item {
            ImplItem::Fn(method) => Some(method),
            _ => None,
        })
    };
    let named = |name: &str| {
        items.iter().find_map(|item| match item {
            ImplItem::Type(item) if item.ident == name => Some(item.ty.clone()),
            _ => None,
        })
    };
    let code = methods().find(|method| method.sig.ident == "request")?.block.to_token_stream().to_string();
    let setters = methods().filter_map(|method| {
        let ty = taken(method)?;
        let name = method.sig.ident.to_string();
        Some(Setter { sent: sent(&code, &name), name, ty })
    });
    let setters = setters.collect();
    Some(Call { method: method.to_owned(), setters, answer: named("Answer")?, refusal: named("Refusal")? })
}

/// `T` of a setter `fn name<V>(self, value: V) where V: TryInto<T>`.
fn taken(method: &ImplItemFn) -> Option<Type> {
    let value = method.sig.inputs.iter().nth(1)?;
    let FnArg::Typed(_) = value else { return None };
    let bounds = method.sig.generics.where_clause.as_ref()?;
    bounds.predicates.iter().find_map(|predicate| {
        let WherePredicate::Type(predicate) = predicate else { return None };
        predicate.bounds.iter().find_map(|bound| {
            let TypeParamBound::Trait(bound) = bound else { return None };
            let last = bound.path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            match (last.ident == "TryInto", arguments.args.first()) {
                (true, Some(GenericArgument::Type(ty))) => Some(ty.clone()),
                _ => None,
            }
        })
    })
}

/// Where the code of a call hands on a value.
fn sent(code: &str, name: &str) -> Vec<(&'static str, Option<String>)> {
    let by_function = [
        ("query", "QueryParam :: new ("),
        ("query", "in_query ("),
        ("path", "in_path ("),
        ("header", "in_header ("),
        ("header", "header_map . append ("),
        ("cookie", "in_cookie ("),
    ];
    let mut sent = Vec::new();
    for (place, function) in by_function {
        for (at, _) in code.match_indices(function) {
            let rest = &code[at + function.len()..];
            let call = rest.split(')').next().unwrap_or_default();
            let wire = call.split('"').nth(1).map(str::to_owned);
            let is_this = call.contains(&format!("& {name} ,"))
                || call.ends_with(&format!("& {name}"))
                || call.contains(&format!(", {name} . to_string"))
                || (call.contains("value . to_string")
                    && code[..at].trim_end().ends_with(&format!("= {name} {{")));
            if is_this {
                sent.push((place, wire));
            }
        }
    }
    if code.contains(&format!("encode (& {name} .")) || code.contains(&format!("encode (& {name})")) {
        sent.push(("path", None));
    }
    sent
}

fn definition(item: &Item) -> Option<(String, Definition)> {
    match item {
        Item::Struct(item) => {
            let definition = match &item.fields {
                Fields::Named(fields) => Definition::Fields(
                    fields
                        .named
                        .iter()
                        .filter_map(|field| {
                            let name = field.ident.as_ref()?.to_string();
                            let name = name.strip_prefix("r#").map(str::to_owned).unwrap_or(name);
                            Some((renamed(&field.attrs).unwrap_or(name), field.ty.clone()))
                        })
                        .collect(),
                ),
                Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                    Definition::Newtype(Box::new(fields.unnamed.first()?.ty.clone()))
                }
                _ => return None,
            };
            Some((item.ident.to_string(), definition))
        }
        Item::Enum(item) => {
            let variants = item.variants.iter().map(|variant| {
                let payload = match &variant.fields {
                    Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                        fields.unnamed.first().map(|field| field.ty.clone())
                    }
                    _ => None,
                };
                (variant.ident.to_string(), payload)
            });
            Some((item.ident.to_string(), Definition::Variants(variants.collect())))
        }
        Item::Type(item) => Some((item.ident.to_string(), Definition::Newtype(item.ty.clone()))),
        _ => None,
    }
}

/// `rename = "…"` of serde.
fn renamed(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let tokens = attribute.meta.to_token_stream().to_string();
        if !tokens.starts_with("serde") {
            return None;
        }
        let (_, rest) = tokens.split_once("rename = ")?;
        let literal = rest.split_inclusive('"').take(2).collect::<String>();
        syn::parse_str::<syn::LitStr>(&literal).ok().map(|literal| literal.value())
    })
}
