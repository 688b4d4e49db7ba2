//! Every builder is a call: it can be sent with a client that is given, and knows its operation.
//!
//! progenitor makes builders that borrow a client, so that none outlives it, and only that client can send it. Here a builder
//! holds a client or none: `send` is for those that hold one, the trait `Call` for all.

use std::collections::BTreeMap;

use anyhow::Result;
use proc_macro2::Ident;
use quote::{ToTokens as _, format_ident};
use syn::visit::{Visit, visit_expr_match};
use syn::{
    Arm, Expr, ExprLit, ExprMatch, ExprStruct, File, GenericArgument, ImplItem, ImplItemFn, Item, ItemImpl,
    ItemStruct, Lit, LitInt, Local, LocalInit, Member, Pat, PathArguments, ReturnType, Stmt, Type,
    parse_quote,
};

use super::operations::{Operation, Operations};
use super::{answers, inherent_type, module, unexpected};
use crate::deprecation::deprecate;
use crate::legalize::rust;

pub(super) fn polish(file: &mut File, operations: &Operations) -> Result<()> {
    let by_builder = operations.by_builder();
    let builders = module(file, &["builder"])?;
    // Builder to the field that holds the client, which is not called `client` beside a parameter of that name.
    let mut holders = BTreeMap::new();
    let mut statuses = BTreeMap::new();
    let mut polished = Vec::with_capacity(builders.len() * 2);
    for mut item in std::mem::take(builders) {
        match &mut item {
            Item::Struct(builder) if by_builder.contains_key(&builder.ident.to_string()) => {
                let holder = hold(builder).ok_or_else(|| unexpected("a builder without a client"))?;
                holders.insert(builder.ident.to_string(), holder);
            }
            Item::Impl(block) => {
                if let Some(name) = inherent_type(block)
                    && let (Some(operation), Some(holder)) = (by_builder.get(&name), holders.get(&name))
                {
                    let (send, call, known) = split(block, operation, holder)?;
                    statuses.insert(operation.method.as_str(), known);
                    polished.extend([item, Item::Impl(send), Item::Impl(call)]);
                    continue;
                }
            }
            _ => (),
        }
        polished.push(item);
    }
    *builders = polished;
    if statuses.len() != by_builder.len() {
        return Err(unexpected("an operation without a builder"));
    }
    // Calls pass through `Client::execute` in place of hooks.
    file.items.retain(|item| !matches!(item, Item::Impl(block) if is_hooks(block)));
    for item in &mut file.items {
        if let Item::Impl(block) = item
            && inherent_type(block).is_some_and(|name| name == "Client")
        {
            block.items.iter_mut().for_each(lend);
        }
    }
    let all = operations.iter().filter_map(|operation| {
        let statuses = statuses.get(operation.method.as_str())?;
        Some((operation, statuses))
    });
    let (api, table) = (api(operations), table(all));
    file.items.extend(api);
    file.items.extend(table);
    Ok(())
}

/// `impl ClientHooks<…> for &Client {}`
fn is_hooks(block: &ItemImpl) -> bool {
    let implemented = block.trait_.as_ref().and_then(|(path, _)| path.segments.last());
    implemented.is_some_and(|last| last.ident == "ClientHooks")
}

/// Lets a builder hold a client or none. The name of the field that does.
fn hold(builder: &mut ItemStruct) -> Option<Ident> {
    let client = builder.fields.iter_mut().find(|field| is_client(&field.ty))?;
    client.ty = parse_quote! { C };
    let holder = client.ident.clone();
    builder.generics = parse_quote! { <C = ()> };
    holder
}

/// `&'a super::Client`
fn is_client(ty: &Type) -> bool {
    matches!(ty, Type::Reference(of) if matches!(&*of.elem, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Client")))
}

/// Leaves to a block what any builder can, whatever it holds. What sends comes apart: for a builder that holds a client, and
/// for any.
fn split(
    block: &mut ItemImpl,
    operation: &Operation,
    holder: &Ident,
) -> Result<(ItemImpl, ItemImpl, Statuses)> {
    let at = block.items.iter().position(|item| matches!(item, ImplItem::Fn(f) if f.sig.ident == "send"));
    let Some(ImplItem::Fn(mut send)) = at.map(|at| block.items.remove(at)) else {
        return Err(unexpected("a builder that sends nothing"));
    };
    let (answer, refusal) = outcome(&send).ok_or_else(|| unexpected("a call that returns something else"))?;
    forget_client(&mut send, holder)?;
    let Parts { request: (put_together, request), read: (read, response) } =
        parts(send).ok_or_else(|| unexpected("a call that is not put together, sent and read in turn"))?;
    let builder = match &*block.self_ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.clone()),
        _ => None,
    };
    block.generics = parse_quote! { <C> };
    block.self_ty = parse_quote! { #builder<C> };
    for input in block.items.iter_mut().flat_map(inputs).filter(|input| is_client(input)) {
        *input = parse_quote! { C };
    }
    let constant = constant(operation);
    let statuses = Statuses::of(&read);
    let outcome: Type = parse_quote! { Result<ResponseValue<#answer>, Error<#refusal>> };
    let read: ImplItemFn = if statuses.are_plain {
        parse_quote! {
            fn read(
                response: ::reqwest::Response,
                #holder: &super::Client,
            ) -> impl ::std::future::Future<Output = #outcome> + ::std::marker::Send {
                crate::answer::by_status(response, &#holder.inner, Self::OPERATION)
            }
        }
    } else {
        parse_quote! {
            async fn read(#response: ::reqwest::Response, #holder: &super::Client) -> #outcome { #(#read)* }
        }
    };
    let sends_itself = parse_quote! {
        impl<'a> #builder<&'a super::Client> {
            // Not `async`, which would keep the builder twice in the future of every call.
            pub fn send(
                self,
            ) -> impl ::std::future::Future<Output = #outcome> + ::std::marker::Send {
                let client = self.#holder;
                crate::Call::send_with(self, client)
            }
        }
    };
    let is_call = parse_quote! {
        impl<C: ::std::marker::Send> crate::Call for #builder<C> {
            const OPERATION: &'static crate::Operation = super::operations::#constant;
            type Answer = #answer;
            type Refusal = #refusal;
            fn request(self, #holder: &super::Client) -> Result<::reqwest::Request, Error<#refusal>> {
                #(#put_together)*
                Ok(#request)
            }
            #read
        }
    };
    Ok((sends_itself, is_call, statuses))
}

/// A call in two parts. What is between them is the same for every call, and hand-written.
struct Parts {
    /// Puts the request together, and the variable that then holds it: a parameter may have the plain name.
    request: (Vec<Stmt>, Ident),
    /// Reads the answer, and the variable that holds it before.
    read: (Vec<Stmt>, Ident),
}

/// `let request = …; let info = OperationInfo { … }; …; let response = result?; match response.status() …`
fn parts(send: ImplItemFn) -> Option<Parts> {
    let mut request = send.block.stmts;
    let sending = request.iter().position(is_info)?;
    let mut read = request.split_off(sending);
    let reading = read.iter().rposition(|statement| variable(statement).is_some())?;
    let response = variable(read.get(reading)?)?;
    read.drain(..=reading);
    let holder = variable(request.last()?)?;
    Some(Parts { request: (request, holder), read: (read, response) })
}

/// `let info = OperationInfo { … };`
fn is_info(statement: &Stmt) -> bool {
    let Stmt::Local(Local { init: Some(LocalInit { expr, .. }), .. }) = statement else { return false };
    matches!(&**expr, Expr::Struct(ExprStruct { path, .. }) if path.segments.last().is_some_and(|last| last.ident == "OperationInfo"))
}

/// `name` of `let name = …;`
fn variable(statement: &Stmt) -> Option<Ident> {
    match statement {
        Stmt::Local(Local { pat: Pat::Ident(pat), .. }) => Some(pat.ident.clone()),
        _ => None,
    }
}

fn inputs(item: &mut ImplItem) -> Vec<&mut Type> {
    let ImplItem::Fn(method) = item else { return Vec::new() };
    let types = method.sig.inputs.iter_mut().filter_map(|input| match input {
        syn::FnArg::Typed(input) => Some(&mut *input.ty),
        syn::FnArg::Receiver(_) => None,
    });
    types.collect()
}

/// `A` and `E` of `-> Result<ResponseValue<A>, Error<E>>`.
fn outcome(send: &ImplItemFn) -> Option<(Type, Type)> {
    let ReturnType::Type(_, result) = &send.sig.output else { return None };
    match arguments(result).as_slice() {
        [value, error] => match (arguments(value).as_slice(), arguments(error).as_slice()) {
            ([answer], [refusal]) => Some(((*answer).clone(), (*refusal).clone())),
            _ => None,
        },
        _ => None,
    }
}

fn arguments(ty: &Type) -> Vec<&Type> {
    let Type::Path(path) = ty else { return Vec::new() };
    match path.path.segments.last().map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => {
            let types = arguments.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            types.collect()
        }
        _ => Vec::new(),
    }
}

/// `let Self { client, … } = self;` takes no client out of the builder: another one is given.
fn forget_client(send: &mut ImplItemFn, holder: &Ident) -> Result<()> {
    let fields = send.block.stmts.iter_mut().find_map(|statement| match statement {
        Stmt::Local(local) => match &mut local.pat {
            Pat::Struct(builder) => Some(&mut builder.fields),
            _ => None,
        },
        _ => None,
    });
    let client = fields
        .into_iter()
        .flatten()
        .find(|field| matches!(&field.member, Member::Named(name) if name == holder));
    let client = client.ok_or_else(|| unexpected("a call that does not take its builder apart"))?;
    client.colon_token = Some(Default::default());
    *client.pat = parse_quote! { _ };
    Ok(())
}

/// A method of the client gives a builder that borrows it.
fn lend(item: &mut ImplItem) {
    if let ImplItem::Fn(method) = item
        && let ReturnType::Type(_, output) = &mut method.sig.output
        && let Type::Path(path) = &mut **output
        && path.path.segments.first().is_some_and(|first| first.ident == "builder")
        && let Some(builder) = path.path.segments.last_mut()
    {
        builder.arguments = PathArguments::AngleBracketed(parse_quote! { <&Client> });
    }
}

/// The statuses that a call knows, as the arms of its match have them.
#[derive(Default)]
struct Statuses {
    success: Vec<Expr>,
    errors: Vec<Expr>,
    /// Whether each is read like the others of its kind, and no success has to be tried after the errors.
    are_plain: bool,
}

impl Statuses {
    fn of(read: &[Stmt]) -> Self {
        let mut statuses = Self { are_plain: true, ..Self::default() };
        read.iter().for_each(|statement| statuses.visit_stmt(statement));
        statuses.are_plain &= !statuses.success.is_empty();
        statuses
    }

    fn add(&mut self, arm: &Arm) {
        let body = arm.body.to_token_stream().to_string();
        // What is not declared.
        if body.contains("answer :: unexpected (") {
            return;
        }
        let is_error = body.starts_with("Err");
        self.are_plain &= match is_error {
            true => body.contains("answer :: error ("),
            false => body.contains("answer :: success (") && !matches!(arm.pat, Pat::Wild(_) | Pat::Range(_)),
        };
        ranges(&arm.pat, if is_error { &mut self.errors } else { &mut self.success });
    }
}

impl Visit<'_> for Statuses {
    fn visit_expr_match(&mut self, node: &ExprMatch) {
        if answers::is_status(&node.expr) {
            node.arms.iter().for_each(|arm| self.add(arm));
        } else {
            visit_expr_match(self, node);
        }
    }
}

fn ranges(pattern: &Pat, found: &mut Vec<Expr>) {
    match pattern {
        Pat::Or(several) => several.cases.iter().for_each(|case| ranges(case, found)),
        Pat::Wild(_) => found.push(parse_quote! { 100..=599 }),
        Pat::Range(range) => found.extend(
            number(range.start.as_deref()).zip(number(range.end.as_deref())).map(|(first, last)| -> Expr {
                parse_quote! { #first..=#last }
            }),
        ),
        Pat::Lit(status) => found.extend(number(Some(&Expr::Lit(status.clone()))).map(|status| -> Expr {
            parse_quote! { #status..=#status }
        })),
        _ => (),
    }
}

/// `200` of `200u16`.
fn number(status: Option<&Expr>) -> Option<LitInt> {
    match status? {
        Expr::Lit(ExprLit { lit: Lit::Int(status), .. }) => {
            Some(LitInt::new(status.base10_digits(), status.span()))
        }
        _ => None,
    }
}

fn constant(operation: &Operation) -> Ident {
    format_ident!("{}", operation.method.to_uppercase())
}

/// Every operation as a constant, and all of them.
fn table<'a>(operations: impl Iterator<Item = (&'a Operation, &'a Statuses)>) -> [Item; 2] {
    let (mut constants, mut names) = (Vec::<Item>::new(), Vec::new());
    for (operation, Statuses { success, errors, .. }) in operations {
        let Operation { method: name, http_method, path, is_deprecated, .. } = operation;
        let constant = constant(operation);
        let words = format!("`{}`: [`Client::{name}`](super::Client::{name}).", operation.request);
        let tag: Expr = match &operation.tag {
            Some(tag) => parse_quote! { ::std::option::Option::Some(#tag) },
            None => parse_quote! { ::std::option::Option::None },
        };
        let effect = format_ident!("{}", if operation.reads { "Reads" } else { "Changes" });
        constants.push(parse_quote! {
            #[doc = #words]
            pub const #constant: &crate::Operation = &crate::Operation {
                name: #name,
                method: #http_method,
                path: #path,
                tag: #tag,
                effect: crate::Effect::#effect,
                is_deprecated: #is_deprecated,
                success: &[#(#success),*],
                errors: &[#(#errors),*],
            };
        });
        names.push(constant);
    }
    [
        parse_quote! {
            /// The operations of the document, one by one. All of them are in [`operations()`](crate::operations()).
            pub mod operations { #(#constants)* }
        },
        parse_quote! {
            pub(crate) const OPERATIONS: &[&crate::Operation] = &[#(operations::#names),*];
        },
    ]
}

/// Makes builders that hold no client.
fn api(operations: &Operations) -> [Item; 2] {
    let methods = operations.iter().map(|operation| -> ImplItemFn {
        let name = &operation.method;
        let method = format_ident!("{name}");
        let builder = format_ident!("{}", rust::type_name(name));
        let see = format!("See [`Client::{name}`](Client::{name}).");
        let words = if operation.summary.is_empty() { see } else { format!("{}. {see}", operation.summary) };
        let mut method: ImplItemFn = parse_quote! {
            #[doc = #words]
            pub fn #method(&self) -> builder::#builder {
                builder::#builder::new(())
            }
        };
        if operation.is_deprecated {
            deprecate(&mut method.attrs);
        }
        method
    });
    [
        parse_quote! {
            /// Makes a call of any operation that is yet to be sent, with a client that is brought then: see
            /// [`Call`](crate::Call).
            ///
            /// Its methods are those of [`Client`], which tell more of them.
            #[derive(Clone, Copy, Debug, Default)]
            pub struct Api;
        },
        parse_quote! { impl Api { #(#methods)* } },
    ]
}
