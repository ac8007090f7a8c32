package feishu_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
)

var contactOperation = &wire.Operation{ID: "getUser", Path: "/contact/v3/users/{user_id}",
	Security: [][]string{{"tenantToken"}}}

// TestErrorTable names the codes by what they mean on the vendor's pages.
func TestErrorTable(t *testing.T) {
	for kind, codes := range map[clients.Kind][]feishuapi.ErrorCode{
		clients.KindRateLimited: {feishuapi.ErrorCodeRateLimited, feishuapi.ErrorCodeMonthlyQuotaUsedUp,
			feishuapi.ErrorCodeJoinedTooManyTenants, feishuapi.ErrorCodeTooManyUsersCreated},
		clients.KindUnauthenticated: {feishuapi.ErrorCodeTokenMissing, feishuapi.ErrorCodeTenantTokenInvalid,
			feishuapi.ErrorCodeAppTokenInvalid, feishuapi.ErrorCodeTenantTokenIllegal,
			feishuapi.ErrorCodeUserTokenInvalid, feishuapi.ErrorCodeTokenMalformed, feishuapi.ErrorCodeUserTokenExpired,
			feishuapi.ErrorCodeAppStopped, feishuapi.ErrorCodeAppUnusableInTenant,
			feishuapi.ErrorCodeAppUnavailable, feishuapi.ErrorCodeWrongAppSecret, feishuapi.ErrorCodeAppNotAuthorized,
			feishuapi.ErrorCodeAppTicketStale, feishuapi.ErrorCodeRefreshTokenUsed,
			feishuapi.ErrorCodeRefreshTokenExpired, feishuapi.ErrorCodeRefreshTokenRevoked,
			feishuapi.ErrorCodeRefreshTokenInvalid, feishuapi.ErrorCodeRefreshDisabled,
			feishuapi.ErrorCodeOAuthClientRejected, feishuapi.ErrorCodeAuthorizationCodeNotFound,
			feishuapi.ErrorCodeAuthorizationCodeUsed, feishuapi.ErrorCodeAuthorizationCodeExpired},
		clients.KindPermission: {feishuapi.ErrorCodeIPNotAllowed, feishuapi.ErrorCodeScopeMissing,
			feishuapi.ErrorCodeTokenLacksPermission, feishuapi.ErrorCodeUserConsentMissing,
			feishuapi.ErrorCodeDepartmentOutOfRange, feishuapi.ErrorCodeParentDepartmentOutOfRange,
			feishuapi.ErrorCodeUserOutOfRange, feishuapi.ErrorCodeTenantMismatch,
			feishuapi.ErrorCodeInvalidTenant, feishuapi.ErrorCodeFieldNotPermitted,
			feishuapi.ErrorCodeStructureForbidden, feishuapi.ErrorCodeRestoreNotAllowed,
			feishuapi.ErrorCodeFounderProtected,
			feishuapi.ErrorCodeLicenceForbidden, feishuapi.ErrorCodeUserManagedExternally,
			feishuapi.ErrorCodeDepartmentManagedExternally, feishuapi.ErrorCodeAppNotInstalled,
			feishuapi.ErrorCodeAppNotInstalledByTenant,
			feishuapi.ErrorCodePositionsDisabled, feishuapi.ErrorCodeSeveralDepartmentsDisabled,
			feishuapi.ErrorCodePermissionRulesOutdated},
		clients.KindNotFound: {feishuapi.ErrorCodeGroupNotFound, feishuapi.ErrorCodeRoleNotFound,
			feishuapi.ErrorCodeRoleMemberNotFound, feishuapi.ErrorCodeUnitNotFound,
			feishuapi.ErrorCodeDirectoryDepartmentNotFound, feishuapi.ErrorCodeOpenIDNotFound,
			feishuapi.ErrorCodeUserIDNotFound,
			feishuapi.ErrorCodeUnionIDNotFound, feishuapi.ErrorCodeOpenDepartmentIDNotFound,
			feishuapi.ErrorCodeDepartmentIDNotFound, feishuapi.ErrorCodeDepartmentNotFound,
			feishuapi.ErrorCodeDepartmentHasNoChat, feishuapi.ErrorCodeDepartmentChatNotFound,
			feishuapi.ErrorCodeIDOfAnotherTenant, feishuapi.ErrorCodeOAuthUserNotFound,
			feishuapi.ErrorCodeOAuthUserResigned},
		clients.KindInvalidArgument: {feishuapi.ErrorCodeFieldValidationFailed,
			feishuapi.ErrorCodeMalformedAppCredential, feishuapi.ErrorCodeInvalidParameter,
			feishuapi.ErrorCodeParameterError,
			feishuapi.ErrorCodeRootDepartmentNotAllowed, feishuapi.ErrorCodeInvalidPageSize,
			feishuapi.ErrorCodeInvalidPageToken, feishuapi.ErrorCodeInvalidMobile, feishuapi.ErrorCodeNameMissing,
			feishuapi.ErrorCodeInvalidUserID, feishuapi.ErrorCodeEmailOrNewIDMissing, feishuapi.ErrorCodeLeaderIsSelf,
			feishuapi.ErrorCodeOpenIDOfAnotherApp, feishuapi.ErrorCodeDepartmentTooBig,
			feishuapi.ErrorCodeLogoutInvalidSession, feishuapi.ErrorCodePathNotFound,
			feishuapi.ErrorCodeEmployeeTypeOrEmailInvalid},
		clients.KindConflict: {feishuapi.ErrorCodeGroupMemberExists, feishuapi.ErrorCodeRoleHasMembers,
			feishuapi.ErrorCodeEmployeeMobileTaken, feishuapi.ErrorCodeStaffStatusNotChanged,
			feishuapi.ErrorCodeMobileTaken, feishuapi.ErrorCodeEmailTaken,
			feishuapi.ErrorCodeContactAccountsConflict, feishuapi.ErrorCodeUserIDTaken, feishuapi.ErrorCodeUserExists,
			feishuapi.ErrorCodeClientTokenReused, feishuapi.ErrorCodeUserResigned, feishuapi.ErrorCodeDepartmentExists,
			feishuapi.ErrorCodeDepartmentHasMembers, feishuapi.ErrorCodeDepartmentHasChildren,
			feishuapi.ErrorCodeStructureLocked, feishuapi.ErrorCodeDepartmentLocked, feishuapi.ErrorCodeUserLocked,
			feishuapi.ErrorCodeDeletionRunning, feishuapi.ErrorCodeRestoreRunning,
			feishuapi.ErrorCodeUserNotResigned, feishuapi.ErrorCodeEmployeeNoTaken, feishuapi.ErrorCodeSeatLimitReached,
			feishuapi.ErrorCodeDepartmentFull, feishuapi.ErrorCodeDepartmentTooDeep},
		clients.KindUnavailable: {feishuapi.ErrorCodeContactInternalError, feishuapi.ErrorCodeInternalErrorRetry,
			feishuapi.ErrorCodeInternalErrorUnderLoad, feishuapi.ErrorCodeInternalErrorSlowDown,
			feishuapi.ErrorCodeInternalError, feishuapi.ErrorCodeOAuthInternalError,
			feishuapi.ErrorCodeOAuthUnavailable, feishuapi.ErrorCodeAccountCreationFailed,
			feishuapi.ErrorCodeSearchInternalError, feishuapi.ErrorCodeLicenceUpdateFailed},
		clients.KindUnknown: {feishuapi.ErrorCodeCreatedWithoutCity, feishuapi.ErrorCodeUpdatedWithoutCityAndJobTitle},
	} {
		for _, code := range codes {
			assert.Equal(t, kind, feishu.KindOf(int64(code), contactOperation), "code %d", code)
		}
	}
}

func TestEveryDocumentedCodeIsInTheTable(t *testing.T) {
	named := 0
	for _, span := range [][2]int{{1, 100_000}, {212_000, 213_000}, {1_080_000, 1_090_000},
		{2_220_000, 2_225_000}, {99_990_000, 100_000_000}} {
		for code := span[0]; code < span[1]; code++ {
			if feishuapi.ErrorCode(code).Valid() {
				named++
				assert.NotEmpty(t, feishu.KindOf(int64(code), contactOperation), "code %d", code)
			}
		}
	}
	assert.Equal(t, 424, named+1, "all but 0, which is success")
}

// The same number means other things of other operations.
func TestErrorsOfOneOperation(t *testing.T) {
	for _, c := range []struct {
		op   *wire.Operation
		code int64
		want clients.Kind
	}{
		{feishuapi.OpGetJobLevel, 42301, clients.KindNotFound},
		{feishuapi.OpCreateEmployeeTypeEnum, 42301, clients.KindConflict},
		{feishuapi.OpUpdateJobFamily, 42404, clients.KindInvalidArgument},
		{feishuapi.OpGetJobFamily, 42404, clients.KindNotFound},
		{feishuapi.OpGetGroup, 42002, clients.KindNotFound},
		{feishuapi.OpCreateGroup, 42002, clients.KindInvalidArgument},
		{feishuapi.OpGetUnit, 43051, clients.KindNotFound},
		{feishuapi.OpCreateUnit, 43051, clients.KindInvalidArgument},
		{feishuapi.OpGetWorkCity, 40001, clients.KindNotFound},
	} {
		assert.Equal(t, c.want, feishu.KindOf(c.code, c.op), "%s %d", c.op.ID, c.code)
	}
}

func TestRateLimitReset(t *testing.T) {
	for value, want := range map[string]time.Duration{"3": 3 * time.Second, "0.25": 250 * time.Millisecond, "": 0,
		"0": 0, "-1": 0, "NaN": 0, "+Inf": 0, "1e300": 0, "soon": 0} {
		assert.Equal(t, want, feishu.RateLimitReset(http.Header{"X-Ogw-Ratelimit-Reset": {value}}), value)
	}
}

func FuzzClassify(f *testing.F) {
	for _, body := range []string{
		`{"code":0,"msg":"ok","data":{}}`, `{"code":"0"}`, `{"code":null}`, `{}`, `{"code":{}}`, `{"code":1e3}`,
		`{"code":-1}`, `{"code":99999999999999999999}`,
		`{"code":20073,"error":"invalid_grant","error_description":"used"}`,
		`{"code":99991672,"error":{"log_id":1,"permission_violations":[{"subject":"a"},null,7],"helps":{}},"msg":[]}`,
		`{"code":99992402,"error":{"field_violations":[{"field":"f","value":3,"description":"d"}]}}`,
		`{"code":44054,"msg":"\ud800"`, `{"code":7,"error":{"log_id":"`,
	} {
		f.Add(400, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		r := &clients.Reply{Operation: contactOperation, Status: status, Header: http.Header{}, Body: []byte(body)}
		failure := feishu.Classify(r)
		var envelope map[string]any
		if json.Unmarshal([]byte(body), &envelope) != nil || strings.Count(body, `"code"`) != 1 {
			return
		}
		switch code := envelope["code"].(type) {
		case nil:
			assert.Nil(t, failure)
		case float64:
			if code != 0 {
				assert.NotNil(t, failure)
			} else if failure != nil {
				assert.Equal(t, clients.KindBadResponse, failure.Kind, "another way of writing 0")
			}
		}
		if failure != nil && failure.Kind != clients.KindBadResponse {
			assert.NotEmpty(t, failure.Code)
			assert.NotNil(t, failure.Detail)
		}
	})
}

func FuzzSign(f *testing.F) {
	f.Add("https://portal.example.cn/hr?tab=2#top", true)
	f.Add("#?", false)
	f.Fuzz(func(t *testing.T, page string, strip bool) {
		o := feishu.JSAPIOptions{StripQuery: strip}
		got := feishu.Sign("ticket", "nonce", 1, page, o)
		assert.Regexp(t, "^[0-9a-f]{40}$", got)
		assert.Equal(t, got, feishu.Sign("ticket", "nonce", 1, page+"#anywhere", o), "the fragment is not signed")
	})
}
