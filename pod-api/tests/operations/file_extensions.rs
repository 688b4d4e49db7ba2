//! Which files may be uploaded.

use pod_api::types;

operations!(
    "file_extensions.http",
    list_allowed_file_extensions(
        every =
            |client| client.list_allowed_file_extensions().limit(100).before("b/1+2= é").after("a/3+4=&,5"),
        least = |client| client.list_allowed_file_extensions(),
        reads = |answer| {
            assert_eq!(answer.data[0].extension, ".docx");
            assert_eq!(answer.data[0].scope_internal, Some(true));
            assert_eq!(answer.data[0].scope_external, Some(true));
            assert_eq!(answer.paging.as_ref().unwrap().previous.as_deref(), Some("/v1/x?before=b"));
            assert_eq!(answer.paging.as_ref().unwrap().next.as_deref(), Some("/v1/x?after=a"));
            assert_eq!(
                answer.paging.as_ref().unwrap().cursors.as_ref().unwrap().before.as_deref(),
                Some("b/1+2=")
            );
        },
    ),
    set_allowed_file_extension(
        every =
            |client| client.set_allowed_file_extension().extension(".c++ /ß=").body(types::FileExtension {
                extension: ".docx".to_owned(),
                scope_external: Some(true),
                scope_internal: Some(true),
                scope_xpod: Some(true),
                source: Some(types::FileExtensionSource::Customer)
            }),
        least = |client| client
            .set_allowed_file_extension()
            .extension(".c++ /ß=")
            .body_map(|body| body.extension(".docx".to_owned())),
        reads = |answer| {
            assert_eq!(answer.extension, ".docx");
            assert_eq!(answer.scope_internal, Some(true));
            assert_eq!(answer.scope_external, Some(true));
        },
    ),
    delete_allowed_file_extension(
        every = |client| client.delete_allowed_file_extension().extension(".c++ /ß="),
    ),
);
