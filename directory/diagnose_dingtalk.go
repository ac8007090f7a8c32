package directory

import (
	"context"
	"strconv"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/directory/internal/diagnosis"
	"github.com/roster-go/roster/gen/dingtalkapi"
)

var _ patient = (*dingTalkDirectory)(nil)

func (d *dingTalkDirectory) examine(x *examination) {
	x.begin(d.c.Setup(), "https://oapi.dingtalk.com")
	x.operations, x.explain = dingtalkapi.Operations(), d.explain
	x.lookAtRange()
	x.lookAtDepartments()
	x.quietly(func(ctx context.Context) error {
		answer, err := d.c.GetUserCountV2(ctx, &dingtalkapi.GetUserCountV2Request{})
		if err == nil {
			n := int(answer.Result.Count)
			x.out.Range.CompanyPeople = &n
			if x.scope.Whole {
				x.out.Range.People = &n
			}
		}
		return err
	})
	x.lookAtPeople(textID(dingTalkRoot))
}

// explain says what a code of either host comes from.
func (d *dingTalkDirectory) explain(e *clients.Error) explanation {
	if _, banned := e.Detail.(*dingtalkapi.BanNotice); banned {
		return explanation{id: diagnosis.AddressBanned}
	}
	detail, ok := e.Detail.(*dingtalk.ErrorDetail)
	if !ok {
		detail = &dingtalk.ErrorDetail{}
	}
	permission := explanation{id: diagnosis.PermissionMissing, permissions: detail.Permissions}
	address := explanation{id: diagnosis.AddressRefused, address: addressIn(e.Message)}
	values := map[string]string{"credentials": "Config.AppKey or Config.AppSecret (DINGTALK_APP_KEY, " +
		"DINGTALK_APP_SECRET)"}
	if d.c.AppKey() == "" {
		values["credentials"] = "Config.SuiteKey, Config.SuiteSecret or the suite's ticket"
	}
	credentials := explanation{id: diagnosis.CredentialsRefused, values: values}
	another := explanation{id: diagnosis.SecretOfAnotherKind, values: values}
	if strings.HasPrefix(d.c.AppKey(), "suite") { // a third-party app's
		credentials = another
	}
	switch dingtalkapi.NewHostErrorCode(e.Code) {
	case dingtalkapi.NewHostErrorCodeAddressNotAllowed:
		return address
	case dingtalkapi.NewHostErrorCodePermissionDenied:
		return permission.orScopes(e)
	case dingtalkapi.NewHostErrorCodeInvalidClientIDOrSecret, dingtalkapi.NewHostErrorCodeInvalidClient:
		return credentials
	case dingtalkapi.NewHostErrorCodeUnauthorizedClient:
		return another
	case dingtalkapi.NewHostErrorCodeUnknownPath:
		return explanation{id: diagnosis.BaseURLWrong}
	case dingtalkapi.NewHostErrorCodeMonthlyQuotaExceeded:
		return explanation{id: diagnosis.QuotaUsedUp}
	}
	code, err := strconv.ParseInt(e.Code, 10, 64)
	if err != nil {
		return explanation{}
	}
	switch dingtalkapi.ErrorCode(code) {
	case dingtalkapi.ErrorCodeInvalidAppSecret, dingtalkapi.ErrorCodeInvalidCorpSecret,
		dingtalkapi.ErrorCodeInvalidCorpID,
		dingtalkapi.ErrorCodeInvalidCorp, 40001, 40035:
		return credentials
	case dingtalkapi.ErrorCodeInvalidSuiteID, dingtalkapi.ErrorCodeSuiteKeyMismatch,
		dingtalkapi.ErrorCodeInvalidSuiteSecret,
		dingtalkapi.ErrorCodeSuiteGone:
		return credentials
	case 60020:
		return address
	case dingtalkapi.ErrorCodeAPIDisabled, dingtalkapi.ErrorCodeAppDisabled, dingtalkapi.ErrorCodeCorpDisabled,
		dingtalkapi.ErrorCodeCorpDissolved, dingtalkapi.ErrorCodeSuiteNotAuthorized:
		return explanation{id: diagnosis.AppDisabled}
	case dingtalkapi.ErrorCodePermissionDenied, 43007, 400020:
		return permission.orScopes(e)
	case dingtalkapi.ErrorCodeMonthlyQuotaExceeded:
		return explanation{id: diagnosis.QuotaUsedUp}
	case 404, 22:
		return explanation{id: diagnosis.BaseURLWrong}
	}
	return explanation{}
}

// orScopes puts in what the document says of the operation where the refusal names no permission.
func (ex explanation) orScopes(e *clients.Error) explanation {
	if ex.permissions != nil {
		return ex
	}
	for _, op := range dingtalkapi.Operations() {
		if op.ID == e.Operation {
			ex.permissions = op.Scopes
		}
	}
	return ex
}
