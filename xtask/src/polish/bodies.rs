//! Request bodies: optional bodies, and the declared media type.
//!
//! The generator requires every body, and supports few media types. The legalized document says which bodies are
//! optional, and which media type is sent.

use std::collections::BTreeMap;

use anyhow::Result;
use proc_macro2::Ident;
use quote::{ToTokens as _, format_ident};
use serde_json::{Map, Value};
use syn::visit_mut::{VisitMut, visit_expr_mut};
use syn::{
    Expr, ExprMethodCall, FieldValue, File, GenericArgument, ImplItem, ImplItemFn, Item, ItemImpl,
    ItemStruct, Local, Member, PathArguments, Stmt, Type, parse_quote,
};

use super::{inherent_type, module, unexpected};
use crate::document::operations;
use crate::legalize::marks::unmarked;
use crate::legalize::media::FORM;
use crate::legalize::requests::{CONTENT_TYPE, ENCODING};
use crate::legalize::rust;

/// The bodies that need care, by builder.
type Bodies = BTreeMap<String, Body>;

/// What the document says of a body.
#[derive(Debug)]
struct Body {
    is_optional: bool,
    /// The media type, if it is another than the generator would send.
    media_type: Option<String>,
    /// For a form, how single fields are encoded.
    form: Option<Vec<Field>>,
}

/// A field of a form: name, style, whether it is exploded.
type Field = (String, Ident, bool);

pub(super) fn polish(file: &mut File, document: &Value) -> Result<()> {
    let bodies = of(document);
    if bodies.is_empty() {
        return Ok(());
    }
    for item in module(file, &["builder"])? {
        match item {
            Item::Struct(item)
                if bodies.get(&item.ident.to_string()).is_some_and(|body| body.is_optional) =>
            {
                optional_field(item)?;
            }
            Item::Impl(block) => {
                if let Some(body) = inherent_type(block).and_then(|name| bodies.get(&name)) {
                    builder(block, body)?;
                }
            }
            _ => (),
        }
    }
    Ok(())
}

fn of(document: &Value) -> Bodies {
    let bodies = operations(document).filter_map(|operation| {
        let body = operation.value.get("requestBody")?;
        let is_empty = body.get("content")?.as_object()?.is_empty();
        let media_type = body.get(CONTENT_TYPE).and_then(Value::as_str).map(str::to_owned);
        let is_optional = body.get("required").and_then(Value::as_bool) != Some(true);
        let name = operation.value.get("operationId")?.as_str()?;
        let form = body.get("content")?.get(FORM);
        let form = form.map(|_| fields(body.get(ENCODING).and_then(Value::as_object)));
        (!is_empty && (is_optional || media_type.is_some() || form.is_some()))
            .then(|| (rust::builder_name(name), Body { is_optional, media_type, form }))
    });
    bodies.collect()
}

/// What a field has no style for stays with the rule for all.
fn fields(encoding: Option<&Map<String, Value>>) -> Vec<Field> {
    let fields = encoding.into_iter().flatten().filter_map(|(name, encoding)| {
        // One of these is enough for a field to have a style.
        ["style", "explode", "allowReserved"].iter().find_map(|word| encoding.get(word))?;
        let style = match encoding.get("style").and_then(Value::as_str) {
            Some("spaceDelimited") => "SpaceDelimited",
            Some("pipeDelimited") => "PipeDelimited",
            Some("deepObject") => "DeepObject",
            _ => "Form",
        };
        let explode = encoding.get("explode").and_then(Value::as_bool).unwrap_or(style == "Form");
        Some((unmarked(name), format_ident!("{style}"), explode))
    });
    fields.collect()
}

/// `body: Result<T, String>` becomes `body: Result<Option<T>, String>`.
fn optional_field(item: &mut ItemStruct) -> Result<()> {
    let body = item.fields.iter_mut().find(|field| field.ident.as_ref().is_some_and(|name| name == "body"));
    let inner =
        body.and_then(result_of).ok_or_else(|| unexpected("a builder without the body of its call"))?;
    *inner = parse_quote! { Option<#inner> };
    Ok(())
}

fn result_of(field: &mut syn::Field) -> Option<&mut Type> {
    let Type::Path(path) = &mut field.ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &mut path.path.segments.last_mut()?.arguments else {
        return None;
    };
    match arguments.args.first_mut()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

fn builder(block: &mut ItemImpl, body: &Body) -> Result<()> {
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        if method.sig.ident == "send" {
            if let (Some(media_type), None) = (&body.media_type, &body.form) {
                let mut set = SetMediaType { media_type, is_done: false };
                set.visit_impl_item_fn_mut(method);
                if !set.is_done {
                    return Err(unexpected("a body that is sent without a place for its media type"));
                }
            }
            if body.is_optional {
                send_if_given(method)?;
            }
            if let Some(fields) = &body.form {
                let media_type = body.media_type.as_deref().unwrap_or(FORM);
                let mut set = SetForm { media_type, fields, is_done: false };
                set.visit_impl_item_fn_mut(method);
                if !set.is_done {
                    return Err(unexpected("a form that is sent in another way"));
                }
            }
        } else if body.is_optional {
            match method.sig.ident.to_string().as_str() {
                "new" => StartsAbsent.visit_impl_item_fn_mut(method),
                "body" => Assigned(|value| parse_quote! { #value.map(Some) }).visit_impl_item_fn_mut(method),
                "body_map" => Assigned(|_| {
                    parse_quote! { self.body.map(|body| Some(f(body.unwrap_or_default()))) }
                })
                .visit_impl_item_fn_mut(method),
                _ => (),
            }
        }
    }
    Ok(())
}

struct StartsAbsent;

impl VisitMut for StartsAbsent {
    fn visit_field_value_mut(&mut self, node: &mut FieldValue) {
        if matches!(&node.member, Member::Named(name) if name == "body") {
            node.expr = parse_quote! { Ok(None) };
        }
    }
}

/// What `self.body` is set to.
struct Assigned(fn(&Expr) -> Expr);

impl VisitMut for Assigned {
    fn visit_expr_assign_mut(&mut self, node: &mut syn::ExprAssign) {
        *node.right = self.0(&node.right);
    }
}

/// Lets `send` add the body to the request only if there is one.
fn send_if_given(method: &mut ImplItemFn) -> Result<()> {
    let mut statements = Vec::new();
    let mut is_done = false;
    for mut statement in std::mem::take(&mut method.block.stmts) {
        if let Stmt::Local(local) = &mut statement {
            convert_if_given(local);
            if let Some((before, adding)) = split_at_body(local) {
                let name = match &local.pat {
                    syn::Pat::Ident(name) => name.ident.clone(),
                    _ => return Err(unexpected("a request without a name")),
                };
                statements.push(parse_quote! { let #name = #before; });
                statements.push(parse_quote! { let #name = #adding; });
                is_done = true;
            }
        }
        statements.push(statement);
    }
    method.block.stmts = statements;
    if is_done { Ok(()) } else { Err(unexpected("a body that is not added to the request on its way")) }
}

/// `body.and_then(|v| …)` makes the body from its builder.
fn convert_if_given(local: &mut Local) {
    if !matches!(&local.pat, syn::Pat::Ident(name) if name.ident == "body") {
        return;
    }
    struct Convert;
    impl VisitMut for Convert {
        fn visit_expr_method_call_mut(&mut self, node: &mut ExprMethodCall) {
            if node.method == "and_then"
                && let Some(convert) = node.args.first_mut()
            {
                *convert = parse_quote! { |body| body.map(#convert).transpose() };
            } else {
                self.visit_expr_mut(&mut node.receiver);
            }
        }
    }
    Convert.visit_local_mut(local);
}

/// Takes the calls that add the body out of a chain that builds a request. Gives what comes before
/// them, and a match that adds the body if there is one; the chain goes on from a variable.
fn split_at_body(local: &mut Local) -> Option<(Expr, Expr)> {
    let syn::Pat::Ident(name) = &local.pat else { return None };
    let name = name.ident.clone();
    let mut node = &mut *local.init.as_mut()?.expr;
    // The outermost call comes last: from `build` inwards to what adds the body.
    loop {
        let adds = match &*node {
            Expr::Try(inner) => matches!(&*inner.expr, Expr::MethodCall(call) if adds_body(call)),
            Expr::MethodCall(call) => adds_body(call),
            _ => false,
        };
        if adds {
            break;
        }
        node = match node {
            Expr::Try(inner) => &mut inner.expr,
            Expr::MethodCall(call) => &mut call.receiver,
            _ => return None,
        };
    }
    let mut adding = std::mem::replace(node, parse_quote! { #name });
    let call = match &mut adding {
        Expr::Try(inner) => match &mut *inner.expr {
            Expr::MethodCall(call) => call,
            _ => return None,
        },
        Expr::MethodCall(call) => call,
        _ => return None,
    };
    let is_borrowed = matches!(call.args.first(), Some(Expr::Reference(_)));
    *call.args.first_mut()? = parse_quote! { body };
    // The media type, if it is set, comes just before the body.
    let mut innermost = &mut call.receiver;
    while let Expr::MethodCall(inner) = &mut **innermost
        && sets_media_type(inner)
    {
        innermost = match &mut **innermost {
            Expr::MethodCall(inner) => &mut inner.receiver,
            _ => return None,
        };
    }
    let before = std::mem::replace(&mut **innermost, parse_quote! { #name });
    let given: Expr = if is_borrowed {
        parse_quote! { &body }
    } else {
        parse_quote! { body }
    };
    let adding = parse_quote! {
        match #given {
            Some(body) => #adding,
            None => #name,
        }
    };
    Some((before, adding))
}

fn adds_body(call: &ExprMethodCall) -> bool {
    let takes_body = call.args.first().is_some_and(|argument| {
        let argument = argument.to_token_stream().to_string();
        argument == "body" || argument == "& body"
    });
    takes_body && ["json", "form_urlencoded", "body"].iter().any(|name| call.method == name)
}

fn sets_media_type(call: &ExprMethodCall) -> bool {
    let name = call.args.first().map(|name| name.to_token_stream().to_string());
    call.method == "header" && name.is_some_and(|name| name.ends_with("CONTENT_TYPE"))
}

struct SetMediaType<'a> {
    media_type: &'a str,
    is_done: bool,
}

impl VisitMut for SetMediaType<'_> {
    fn visit_expr_mut(&mut self, node: &mut Expr) {
        let media_type = self.media_type;
        if let Expr::MethodCall(call) = node {
            if sets_media_type(call)
                && let Some(value) = call.args.last_mut()
            {
                *value = parse_quote! { ::reqwest::header::HeaderValue::from_static(#media_type) };
                self.is_done = true;
            } else if call.method == "json" && adds_body(call) {
                // `json` leaves a media type alone that is already there.
                let receiver = &call.receiver;
                *call.receiver = parse_quote! {
                    #receiver.header(
                        ::reqwest::header::CONTENT_TYPE,
                        ::reqwest::header::HeaderValue::from_static(#media_type),
                    )
                };
                self.is_done = true;
                return;
            }
        }
        visit_expr_mut(self, node);
    }
}

/// `request.form_urlencoded(&body)?`: the generator's fails on all but plain values.
struct SetForm<'a> {
    media_type: &'a str,
    fields: &'a [Field],
    is_done: bool,
}

impl VisitMut for SetForm<'_> {
    fn visit_expr_mut(&mut self, node: &mut Expr) {
        visit_expr_mut(self, node);
        if let Expr::Try(tried) = node
            && let Expr::MethodCall(call) = &*tried.expr
            && call.method == "form_urlencoded"
        {
            let (request, body) = (&call.receiver, &call.args);
            let media_type = self.media_type;
            let fields = self.fields.iter().map(|(name, style, explode)| -> Expr {
                parse_quote! { (#name, crate::parameter::Style::#style, #explode) }
            });
            *node = parse_quote! {
                #request
                    .header(
                        ::reqwest::header::CONTENT_TYPE,
                        ::reqwest::header::HeaderValue::from_static(#media_type),
                    )
                    .body(crate::parameter::form(#body, &[#(#fields),*]).map_err(Error::InvalidRequest)?)
            };
            self.is_done = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The builder of an operation, which ends with what `send` makes of the request.
    fn builders(request: Expr) -> File {
        parse_quote! {
            mod builder {
                struct Add { body: Result<String, String> }
                impl Add {
                    pub async fn send(self) -> Result<(), Error> {
                        let request = #request;
                        Ok(())
                    }
                }
            }
        }
    }

    /// A document with an operation of which the body is sent as the first type, and declared as the second.
    fn document(media_type: &str, declared: &str) -> Value {
        let body = json!({"required": true, "content": {media_type: {}}, CONTENT_TYPE: declared});
        json!({"paths": {"/a": {"post": {"operationId": "add", "requestBody": body}}}})
    }

    #[test]
    fn a_body_that_is_sent_in_another_way_than_expected_stops_the_run() {
        for (media_type, declared, expected, other) in [
            (
                "application/json",
                "application/merge-patch+json",
                parse_quote! { client.post(url).json(&body).build()? },
                parse_quote! { client.post(url).json(&payload).build()? },
            ),
            (
                "text/plain",
                "text/csv",
                parse_quote! { client.post(url).header(CONTENT_TYPE, plain).body(body).build()? },
                parse_quote! { client.post(url).text(body).build()? },
            ),
            (
                FORM,
                "application/x-www-form-urlencoded;charset=utf-8",
                parse_quote! { client.post(url).form_urlencoded(&body)?.build()? },
                parse_quote! { client.post(url).form(&body).build()? },
            ),
        ] {
            let document = document(media_type, declared);
            let mut file = builders(expected);
            polish(&mut file, &document).unwrap();
            let code = file.to_token_stream().to_string();
            assert!(code.contains(declared), "{declared}: {code}");
            assert!(polish(&mut builders(other), &document).is_err(), "{declared}");
        }
    }
}
