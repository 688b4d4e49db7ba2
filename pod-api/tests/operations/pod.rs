//! What is true of the pod as a whole.

operations!(
    "pod.http",
    get_pod_certificate(
        every = |client| client.get_pod_certificate(),
        reads = |answer| {
            assert_eq!(answer.certificate.as_deref(), Some("MIIC+/pod=="));
        },
    ),
    list_allowed_file_types(
        every = |client| client.list_allowed_file_types(),
        reads = |answer| {
            assert_eq!(answer[0], ".docx");
        },
    ),
    list_languages(
        every = |client| client.list_languages(),
        reads = |answer| {
            assert_eq!(answer.languages.as_ref().unwrap()[0], "fr");
        },
    ),
);
