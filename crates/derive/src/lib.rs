//! `#[derive(Record)]`: turns one struct of `model` into its registry entry.
//!
//! The struct is the only place where a record kind's fields are listed. From it follow the
//! table, the log codec, merge groups, classes, history labels, search, masking and
//! spreadsheet columns. This crate only reads the attributes; what they mean is told in
//! `xinghuo_model::kind`.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Fields, Ident, Lit, LitInt, LitStr, Type};

/// Implements `xinghuo_model::Record`.
///
/// On the struct: `#[record(kind = 21, table = "request", zh = "诉求", space = compound)]`,
/// optionally `append_only`, and `form = RequestInput` where a form brings all of its fields: that struct is
/// made as well, with `null` for the id of a new record; where nothing is ever edited, without an id. On each field but `id`: `#[field(3, zh = "进展", class = district)]`,
/// optionally `group = "progress"`, `search = name`, `mask = phone`, `settle = path::to::fn`.
#[proc_macro_derive(Record, attributes(record, field))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

struct KindArgs {
    number: LitInt,
    table: LitStr,
    zh: LitStr,
    space: Ident,
    append_only: bool,
    form: Option<Ident>,
}

struct FieldArgs {
    number: LitInt,
    zh: LitStr,
    class: Ident,
    group: Option<LitStr>,
    search: Option<Ident>,
    mask: Option<Ident>,
    settle: Option<syn::Path>,
}

fn attribute<'a>(attrs: &'a [Attribute], name: &str, on: &Ident) -> syn::Result<&'a Attribute> {
    attrs.iter().find(|a| a.path().is_ident(name)).ok_or_else(|| syn::Error::new_spanned(on, format!("missing #[{name}(…)]")))
}

fn missing(on: &Ident, what: &str) -> syn::Error {
    syn::Error::new_spanned(on, format!("missing `{what}`"))
}

fn kind_args(input: &DeriveInput) -> syn::Result<KindArgs> {
    let attr = attribute(&input.attrs, "record", &input.ident)?;
    let (mut number, mut table, mut zh, mut space, mut append_only, mut form) = (None, None, None, None, false, None);
    attr.parse_nested_meta(|meta| {
        if meta.path.is_ident("kind") {
            number = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("table") {
            table = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("zh") {
            zh = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("space") {
            space = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("append_only") {
            append_only = true;
        } else if meta.path.is_ident("form") {
            form = Some(meta.value()?.parse()?);
        } else {
            return Err(meta.error("unknown record attribute"));
        }
        Ok(())
    })?;
    Ok(KindArgs {
        number: number.ok_or_else(|| missing(&input.ident, "kind"))?,
        table: table.ok_or_else(|| missing(&input.ident, "table"))?,
        zh: zh.ok_or_else(|| missing(&input.ident, "zh"))?,
        space: space.ok_or_else(|| missing(&input.ident, "space"))?,
        append_only,
        form,
    })
}

/// The struct a form brings, and how it becomes a record. What is only ever added has no id to bring.
fn form_struct(form: &Ident, name: &Ident, id_type: &Type, fields: &syn::FieldsNamed, append_only: bool) -> Tokens {
    let asked = || fields.named.iter().filter(|field| field.ident.as_ref().is_some_and(|ident| ident != "id"));
    let (idents, types): (Vec<_>, Vec<_>) = asked().map(|field| (&field.ident, &field.ty)).unzip();
    let notes = asked().map(|field| field.attrs.iter().filter(|attr| attr.path().is_ident("doc") || attr.path().is_ident("ts")));
    let notes = notes.map(|kept| quote!(#(#kept)*));
    let id = (!append_only).then(|| {
        quote! {
            /// `null` makes a new one.
            pub id: ::core::option::Option<#id_type>,
        }
    });
    let doc = format!("What a form brings of a [`{name}`]: its fields as they were typed.");
    quote! {
        #[doc = #doc]
        #[derive(Debug, Clone, ::serde::Deserialize, ::ts_rs::TS)]
        #[ts(export)]
        pub struct #form {
            #id
            #(#notes pub #idents: #types),*
        }
        impl #form {
            /// The record, its texts trimmed, what is empty left out.
            pub fn record(self, id: #id_type) -> #name {
                crate::kind::tidy(#name { id, #(#idents: self.#idents),* })
            }
        }
    }
}

fn field_args(attr: &Attribute, on: &Ident) -> syn::Result<FieldArgs> {
    struct Inner(LitInt, Vec<syn::MetaNameValue>);
    impl syn::parse::Parse for Inner {
        fn parse(input: syn::parse::ParseStream) -> syn::Result<Self> {
            let number = input.parse()?;
            let mut rest = Vec::new();
            while input.parse::<Option<syn::Token![,]>>()?.is_some() {
                if input.is_empty() {
                    break;
                }
                rest.push(input.parse()?);
            }
            Ok(Self(number, rest))
        }
    }
    fn word(value: &Expr) -> syn::Result<Ident> {
        match value {
            Expr::Path(p) => p.path.require_ident().cloned(),
            other => Err(syn::Error::new_spanned(other, "expected a word")),
        }
    }
    fn text(value: &Expr) -> syn::Result<LitStr> {
        match value {
            Expr::Lit(ExprLit { lit: Lit::Str(s), .. }) => Ok(s.clone()),
            other => Err(syn::Error::new_spanned(other, "expected a string")),
        }
    }
    let Inner(number, rest) = attr.parse_args()?;
    let (mut zh, mut class, mut group, mut search, mut mask, mut settle) = (None, None, None, None, None, None);
    for pair in rest {
        let name = pair.path.require_ident()?.to_string();
        match name.as_str() {
            "zh" => zh = Some(text(&pair.value)?),
            "class" => class = Some(word(&pair.value)?),
            "group" => group = Some(text(&pair.value)?),
            "search" => search = Some(word(&pair.value)?),
            "mask" => mask = Some(word(&pair.value)?),
            "settle" => match &pair.value {
                Expr::Path(p) => settle = Some(p.path.clone()),
                other => return Err(syn::Error::new_spanned(other, "expected a function")),
            },
            _ => return Err(syn::Error::new_spanned(pair.path, "unknown field attribute")),
        }
    }
    Ok(FieldArgs {
        number,
        zh: zh.ok_or_else(|| missing(on, "zh"))?,
        class: class.ok_or_else(|| missing(on, "class"))?,
        group,
        search,
        mask,
        settle,
    })
}

fn variant(word: &Ident) -> Ident {
    let text = word.to_string();
    let camel: String = text
        .split('_')
        .map(|part| {
            let mut chars = part.chars();
            chars.next().map(|c| c.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
        })
        .collect();
    Ident::new(&camel, word.span())
}

fn option(path: Tokens, word: Option<&Ident>) -> Tokens {
    match word {
        Some(w) => {
            let v = variant(w);
            quote!(::core::option::Option::Some(#path::#v))
        }
        None => quote!(::core::option::Option::None),
    }
}

fn expand(input: &DeriveInput) -> syn::Result<Tokens> {
    let args = kind_args(input)?;
    let name = &input.ident;
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(name, "a record is a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new_spanned(name, "a record has named fields"));
    };
    let mut id_type: Option<&Type> = None;
    let (mut defs, mut writes, mut reads) = (Vec::new(), Vec::new(), Vec::new());
    let mut groups = std::collections::BTreeMap::<String, Ident>::new();
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        if ident == "id" {
            id_type = Some(&field.ty);
            continue;
        }
        let a = field_args(attribute(&field.attrs, "field", ident)?, ident)?;
        let FieldArgs { number, zh, class, group, search, mask, settle } = a;
        let text = ident.to_string();
        let text = text.trim_start_matches("r#");
        // A block belongs to one class: what is decided together must travel together.
        if let Some(group) = &group {
            let together = groups.entry(group.value()).or_insert_with(|| class.clone());
            if *together != class {
                return Err(syn::Error::new_spanned(ident, format!("the group {:?} is of the class {together}", group.value())));
            }
        }
        let group = group.map_or_else(|| quote!(#text), |g| quote!(#g));
        let class = variant(&class);
        let search = option(quote!(crate::kind::Search), search.as_ref());
        let mask = option(quote!(crate::kind::Mask), mask.as_ref());
        let settle = match settle {
            Some(path) => quote!(::core::option::Option::Some(#path)),
            None => quote!(::core::option::Option::None),
        };
        let ty = &field.ty;
        let index = defs.len();
        defs.push(quote! {
            crate::kind::FieldDef {
                number: #number,
                name: #text,
                zh: #zh,
                class: crate::kind::Class::#class,
                group: #group,
                store: <#ty as crate::kind::FieldType>::STORE,
                word: <#ty as crate::kind::FieldType>::WORD,
                search: #search,
                mask: #mask,
                settle: #settle,
            }
        });
        writes.push(quote! {
            crate::kind::FieldType::to_value(&self.#ident)
        });
        reads.push(quote! {
            #ident: <#ty as crate::kind::FieldType>::from_value(take(#index))
                .ok_or(crate::kind::BadField { kind: Self::KIND.name, field: #text })?
        });
    }
    let id_type = id_type.ok_or_else(|| missing(name, "id"))?;
    let KindArgs { number, table, zh, space, append_only, form } = args;
    let space = variant(&space);
    let form = form.map(|form| form_struct(&form, name, id_type, fields, append_only));
    Ok(quote! {
        #form
        impl crate::kind::Record for #name {
            type Id = #id_type;
            const KIND: &'static crate::kind::KindDef = &crate::kind::KindDef {
                number: #number,
                name: #table,
                zh: #zh,
                space: crate::kind::SpaceKind::#space,
                append_only: #append_only,
                fields: &[#(#defs),*],
            };
            fn id(&self) -> #id_type { self.id }
            fn values(&self) -> ::std::vec::Vec<::serde_json::Value> {
                ::std::vec![#(#writes),*]
            }
            fn from_values(
                id: #id_type,
                take: &mut dyn FnMut(usize) -> ::serde_json::Value,
            ) -> ::core::result::Result<Self, crate::kind::BadField> {
                ::core::result::Result::Ok(Self { id, #(#reads),* })
            }
        }
    })
}
