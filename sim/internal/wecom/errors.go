package wecom

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/desk"
)

// refusal is a refusal in WeCom's words.
type refusal struct {
	code   wecomapi.ErrorCode
	text   string         // "" for the usual text
	beside map[string]any // empty members of the success that come along
}

// Error is for the simulator's own use; refuse makes the text on the wire.
func (e refusal) Error() string { return fmt.Sprintf("errcode %d %s", e.code, e.text) }

// Refuse writes a failure as WeCom does: HTTP 200, the code in body and header, and a text with the caller's address.
func (w *Vendor) Refuse(out http.ResponseWriter, r *http.Request, err error) {
	e := asRefusal(err)
	text := e.text
	if text == "" {
		text = w.text(e.code)
	}
	c := desk.CallOf(r.Context())
	message := fmt.Sprintf(
		"%s, hint: [%d%015d], from ip: %s, more info at https://open.work.weixin.qq.com/devtool/query?e=%d",
		text, c.Now.Unix(), w.next(), c.Caller, e.code)
	answer := map[string]any{"errcode": e.code, "errmsg": message}
	maps.Copy(answer, e.beside)
	out.Header().Set("Error-Code", strconv.Itoa(int(e.code)))
	out.Header().Set("Error-Msg", text)
	desk.WriteJSON(out, http.StatusOK, answer)
}

// text is the usual text of a code.
func (w *Vendor) text(code wecomapi.ErrorCode) string {
	if text, ok := w.texts[code]; ok {
		return text
	}
	return "unknown error"
}

// errorTexts returns the texts of the codes that the simulator uses. Only the codes are promised by the vendor.
func errorTexts() map[wecomapi.ErrorCode]string {
	return map[wecomapi.ErrorCode]string{
		wecomapi.ErrorCodeSystemBusy:                  "system error",
		wecomapi.ErrorCodeVersionConflict:             "version conflict",
		wecomapi.ErrorCodeInvalidSecret:               "invalid credential",
		wecomapi.ErrorCodeInvalidUserID:               "invalid UserID",
		wecomapi.ErrorCodeInvalidMediaKind:            "invalid media type",
		wecomapi.ErrorCodeInvalidFileType:             "invalid file type",
		wecomapi.ErrorCodeInvalidMediaID:              "invalid media_id",
		wecomapi.ErrorCodeInvalidCorpID:               "invalid corpid",
		wecomapi.ErrorCodeInvalidAccessToken:          "invalid access_token",
		wecomapi.ErrorCodeInvalidCode:                 "invalid code",
		wecomapi.ErrorCodeInvalidUserIDList:           "invalid UserID list",
		wecomapi.ErrorCodeInvalidUserIDListLength:     "invalid UserID list length",
		wecomapi.ErrorCodeIllegalCharacters:           "invalid request character, utf8 required",
		wecomapi.ErrorCodeInvalidArgs:                 "invalid args size",
		wecomapi.ErrorCodeInvalidAgentID:              "invalid agentid",
		wecomapi.ErrorCodeInvalidParameter:            "invalid parameter",
		wecomapi.ErrorCodeEmptyParameter:              "some parameters are empty",
		wecomapi.ErrorCodeInvalidDepartmentList:       "invalid party list",
		wecomapi.ErrorCodeInvalidTagID:                "invalid tagid",
		wecomapi.ErrorCodeAllTagTargetsInvalid:        "all list invalid",
		wecomapi.ErrorCodeTagNameExists:               "invalid tag name",
		wecomapi.ErrorCodeTagNameLength:               "invalid tag name size",
		wecomapi.ErrorCodeInvalidOpenID:               "invalid openid",
		wecomapi.ErrorCodeInvalidAuthCode:             "invalid auth code",
		wecomapi.ErrorCodeInvalidSuiteSecret:          "invalid suite secret",
		wecomapi.ErrorCodeInvalidSuiteToken:           "invalid suite token",
		wecomapi.ErrorCodeInvalidSuiteID:              "invalid suite id",
		wecomapi.ErrorCodeInvalidPermanentCode:        "invalid permanent code",
		wecomapi.ErrorCodeInvalidSuiteTicket:          "invalid suite ticket",
		wecomapi.ErrorCodeTooManyTagsInCorp:           "too many tags",
		wecomapi.ErrorCodeJobNotFound:                 "invalid jobid",
		wecomapi.ErrorCodeJobResultPurged:             "job result has been cleaned up",
		wecomapi.ErrorCodeSecretRejected:              "secret is invalid",
		wecomapi.ErrorCodeInvalidImportFile:           "import file contains invalid content",
		wecomapi.ErrorCodeAccessTokenMissing:          "access_token missing",
		wecomapi.ErrorCodeCorpIDMissing:               "corpid missing",
		wecomapi.ErrorCodeSecretMissing:               "corpsecret missing",
		wecomapi.ErrorCodeMediaIDMissing:              "media_id missing",
		wecomapi.ErrorCodeUserIDMissing:               "userid missing",
		wecomapi.ErrorCodeAgentIDMissing:              "agentid missing",
		wecomapi.ErrorCodeDepartmentMissing:           "department missing",
		wecomapi.ErrorCodeCodeMissing:                 "code missing",
		wecomapi.ErrorCodeTagIDMissing:                "tagid missing",
		wecomapi.ErrorCodeTagNameMissing:              "tagname missing",
		wecomapi.ErrorCodeSuiteIDMissing:              "suite id missing",
		wecomapi.ErrorCodeSuiteTokenMissing:           "suite token missing",
		wecomapi.ErrorCodeSuiteTicketMissing:          "suite ticket missing",
		wecomapi.ErrorCodeSuiteSecretMissing:          "suite secret missing",
		wecomapi.ErrorCodePermanentCodeMissing:        "permanent code missing",
		wecomapi.ErrorCodeAccessTokenExpired:          "access_token expired",
		wecomapi.ErrorCodeCodeExpired:                 "code expired",
		wecomapi.ErrorCodeSuiteTokenExpired:           "suite access token expired",
		wecomapi.ErrorCodeWeChatNotBound:              "require subscribe",
		wecomapi.ErrorCodeUploadEmpty:                 "empty media data",
		wecomapi.ErrorCodeUploadTooLarge:              "media data too large",
		wecomapi.ErrorCodeFrequencyExceeded:           "api freq out of limit",
		wecomapi.ErrorCodeAccountCapReached:           "account number limit",
		wecomapi.ErrorCodeMassDeleteRefused:           "too many users to delete",
		wecomapi.ErrorCodeReplyTooLarge:               "response data too large",
		wecomapi.ErrorCodeConcurrencyExceeded:         "api concurrent out of limit",
		wecomapi.ErrorCodeConcurrentOperationConflict: "concurrent operation conflict",
		wecomapi.ErrorCodeUserDoesNotExist:            "user no exist",
		wecomapi.ErrorCodeNoAPIPermission:             "api forbidden",
		wecomapi.ErrorCodeContactSyncMayNotRead:       "api forbidden for contact assistant",
		wecomapi.ErrorCodeAppDisabled:                 "app is disabled", // [?]: only the code is documented
		wecomapi.ErrorCodeMemberOutOfRange:            "user not in visible range",
		wecomapi.ErrorCodeInvalidPageCursor:           "invalid page cursor",
		wecomapi.ErrorCodeDepartmentNameLength:        "invalid party name length",
		wecomapi.ErrorCodeDepartmentNotFound:          "department not found",
		wecomapi.ErrorCodeParentDepartmentNotFound:    "parent department not found",
		wecomapi.ErrorCodeDepartmentHasMembers:        "department contains user",
		wecomapi.ErrorCodeDepartmentHasChildren:       "department contains sub department",
		wecomapi.ErrorCodeRootDepartmentUndeletable:   "can not delete root department",
		wecomapi.ErrorCodeDepartmentExists:            "department existed",
		wecomapi.ErrorCodeDepartmentNameCharacters:    "invalid party name",
		wecomapi.ErrorCodeDepartmentCycle:             "department cycle",
		wecomapi.ErrorCodeNoRightOnTarget:             "no privilege to access/modify contact/party/agent",
		wecomapi.ErrorCodeIPNotTrusted:                "not allow to access from your ip",
		wecomapi.ErrorCodeUserIDExists:                "userid existed",
		wecomapi.ErrorCodeInvalidMobile:               "invalid mobile",
		wecomapi.ErrorCodeMobileExists:                "mobile existed",
		wecomapi.ErrorCodeInvalidEmail:                "invalid email",
		wecomapi.ErrorCodeEmailExists:                 "email existed",
		wecomapi.ErrorCodeTooManyDepartmentsForMember: "too many departments",
		wecomapi.ErrorCodeUserIDNotFound:              "userid not found",
		wecomapi.ErrorCodeInvalidName:                 "invalid name",
		wecomapi.ErrorCodeInvalidDepartmentID:         "invalid party id",
		wecomapi.ErrorCodeInvalidParentID:             "invalid parent party id",
		wecomapi.ErrorCodeDepartmentRequired:          "department required",
		wecomapi.ErrorCodeMobileAndEmailEmpty:         "mobile and email both empty",
		wecomapi.ErrorCodeLeaderListLengthMismatch:    "is_leader_in_dept length mismatch",
		wecomapi.ErrorCodeBizMailIllegal:              "invalid biz_mail",
		wecomapi.ErrorCodeBizMailExists:               "biz_mail existed",
		wecomapi.ErrorCodeExtAttrInvalid60150:         "invalid extattr type",
		wecomapi.ErrorCodeExtAttrInvalid60151:         "invalid extattr value",
		wecomapi.ErrorCodeTooManyDirectLeaders:        "direct leader more than limit",
		wecomapi.ErrorCodeInvalidCursor:               "invalid cursor",
		wecomapi.ErrorCodeDepartmentNodesExceeded:     "department nodes out of limit",
		wecomapi.ErrorCodeDepartmentDepthExceeded:     "department depth out of limit",
		wecomapi.ErrorCodeAllTargetsInvalid:           "user & party & tag all invalid",
		wecomapi.ErrorCodeAllTargetsEmpty:             "user & party & tag all empty",
		wecomapi.ErrorCodeTooManyDepartments:          "too many parties",
		wecomapi.ErrorCodeTooManyTags:                 "too many tags",
		wecomapi.ErrorCodeAgentNotAllowed:             "not allow operate another agent with this accesstoken",
		wecomapi.ErrorCodeCreatorUndeletable:          "not allow to delete creator",
		wecomapi.ErrorCodeInvalidPosition:             "invalid position",
		wecomapi.ErrorCodeInvalidTelephone:            "invalid telephone",
		wecomapi.ErrorCodeInvalidEnglishName:          "invalid english_name",
		wecomapi.ErrorCodeInvalidAvatarMediaID:        "invalid avatar mediaid",
		wecomapi.ErrorCodeUserIDUnchangeable:          "userid can not be modified",
		wecomapi.ErrorCodeImportDuplicateUserID:       "duplicate userid in file",
		wecomapi.ErrorCodeImportNotATree:              "departments in file are not a tree",
		wecomapi.ErrorCodeImportDuplicateDepartmentID: "duplicate party id in file",
		wecomapi.ErrorCodeImportDuplicateSiblingName:  "duplicate sibling party name in file",
		wecomapi.ErrorCodeImportRunning:               "other import task is running",
		wecomapi.ErrorCodeCorpMailAliasIllegal:        "invalid biz_mail_alias",
		wecomapi.ErrorCodeCorpMailAliasExists:         "biz_mail_alias existed",
		wecomapi.ErrorCodeCorpMailAliasOverLimit:      "too many biz_mail_alias",
	}
}
