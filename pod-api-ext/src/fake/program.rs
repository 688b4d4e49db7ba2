#![doc = include_str!("../../fake-pod/README.md")]
