//! The types of the components, by their names in the document.

use pod_api::types;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub struct Component {
    pub name: &'static str,
    /// Reads a value as the type and writes it again.
    pub read: fn(Value) -> Result<Value, String>,
    /// The schema that is derived from the type.
    #[cfg(feature = "schemars")]
    pub schema: fn() -> Value,
}

impl Component {
    pub fn named(name: &str) -> &'static Self {
        ALL.iter().find(|component| component.name == name).unwrap_or_else(|| panic!("no component {name}"))
    }
}

fn read<T: DeserializeOwned + Serialize>(value: Value) -> Result<Value, String> {
    let read: T = serde_json::from_value(value).map_err(|error| error.to_string())?;
    serde_json::to_value(read).map_err(|error| error.to_string())
}

macro_rules! components {
    ($($name:ident $(as $type:ident)?,)*) => {
        pub const ALL: &[Component] = &[$(Component {
            name: stringify!($name),
            read: read::<components!(@ $name $($type)?)>,
            #[cfg(feature = "schemars")]
            schema: || schemars::schema_for!(components!(@ $name $($type)?)).to_value(),
        },)*];
    };
    (@ $name:ident) => { types::$name };
    (@ $name:ident $type:ident) => { types::$type };
}

components! {
    AppAuthenticationKey,
    AppAuthenticationKeys,
    AppNotification,
    AppProperties,
    AppProperty,
    ApplicationDetail,
    ApplicationInfo,
    AttachmentPreview,
    Avatar,
    AvatarList,
    AvatarUpdate,
    BulkActionResult,
    CertInfo,
    CertInfoItem,
    CompanyCert,
    CompanyCertAttributes,
    CompanyCertDetail,
    CompanyCertInfo,
    CompanyCertInfoList,
    CompanyCertStatus,
    CompanyCertType,
    CompanyCertTypeList,
    ConversationSpecificStreamAttributes,
    DelegateAction,
    Disclaimer,
    DisclaimerList,
    DownloadReceiptCount,
    Error,
    FacetedMatchCount,
    Feature,
    FeatureList,
    FileExtension,
    FileExtensionsResponse,
    FollowersList,
    FollowersListResponse,
    FollowingListResponse,
    Group,
    GroupItem,
    GroupList,
    IMSystemInfo as ImSystemInfo,
    ImmutableRoomAttributes,
    IntegerList,
    Languages,
    MemberInfo,
    MembershipList,
    MessageDetail,
    MessageDetails,
    MessageDownloadReceiptCount,
    MessageIds,
    MessageMetadataResponse,
    MessageReceiptDetail,
    MessageReceiptDetailResponse,
    MessageStatus,
    MessageStatusUser,
    MessageStream,
    MessageSuppressionResponse,
    MessageUser,
    NameValuePair,
    Pagination,
    Password,
    PodAppEntitlement,
    PodAppEntitlementList,
    PodCertificate,
    Policy,
    PolicyList,
    Product,
    ProductList,
    Protocol,
    RoleDetail,
    RoleDetailList,
    RoomAttributes,
    RoomDetail,
    RoomSearchCriteria,
    RoomSpecificStreamAttributes,
    RoomSystemInfo,
    RoomTag,
    ServiceAccountManifest,
    SsoConfiguration,
    Stream,
    StreamAttachmentItem,
    StreamAttachmentResponse,
    StreamAttributes,
    StreamFilter,
    StreamList,
    StreamType,
    StringId,
    StringList,
    SuccessResponse,
    UserAppEntitlement,
    UserAppEntitlementList,
    UserAppEntitlementPatch,
    UserAppEntitlementsPatchList,
    UserAttributes,
    UserCompp,
    UserConnection,
    UserConnectionList,
    UserConnectionRequest,
    UserDetail,
    UserDetailList,
    UserError,
    UserFilter,
    UserId,
    UserIdList,
    UserSearchFilter,
    UserSearchQuery,
    UserSearchResults,
    UserStatus,
    UserSuspension,
    UserSystemInfo,
    UserV2,
    V1IMAttributes as V1imAttributes,
    V1IMDetail as V1imDetail,
    V1Session,
    V1UserSessions,
    V2AdminStreamAttributes,
    V2AdminStreamFilter,
    V2AdminStreamInfo,
    V2AdminStreamInfoList,
    V2AdminStreamList,
    V2AdminStreamType,
    V2ConversationSpecificStreamAttributes,
    V2MemberInfo,
    V2MemberInfoList,
    V2MemberUserDetail,
    V2MembershipList,
    V2Presence,
    V2PresenceList,
    V2PresenceStatus,
    V2RoomSearchCriteria,
    V2RoomSpecificStreamAttributes,
    V2StreamAttributes,
    V2StreamType,
    V2UserAttributes,
    V2UserCreate,
    V2UserDetail,
    V2UserDetailList,
    V2UserKeyRequest,
    V2UserList,
    V2UserPresence,
    V3RoomAttributes,
    V3RoomDetail,
    V3RoomSearchResults,
}
