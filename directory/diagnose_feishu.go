package directory

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/directory/internal/diagnosis"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/wire"
)

var _ patient = (*feishuDirectory)(nil)

func (d *feishuDirectory) examine(x *examination) {
	x.begin(d.c.Setup(), feishu.BaseURL, feishu.LarkBaseURL)
	x.operations, x.explain = feishuapi.Operations(), d.explain
	const what = "the list of the app's permissions"
	x.look(partPermissions, what, func(ctx context.Context) error {
		answer, err := d.c.ListAppScopes(ctx)
		var e *clients.Error
		if errors.As(err, &e) && d.explain(e).id == diagnosis.PermissionMissing {
			x.unseen(what, "the tenant does not let the app ask for it")
			return nil
		}
		if err != nil {
			return err
		}
		x.out.Granted = []string{}
		for _, scope := range answer.Data.Scopes {
			if scope.GrantStatus == feishuapi.GrantStatusGranted && scope.ScopeType != feishuapi.ScopeTypeUser {
				x.out.Granted = append(x.out.Granted, scope.ScopeName)
			}
		}
		slices.Sort(x.out.Granted)
		return nil
	})
	x.lookAtRange()
	x.lookAtDepartments()
	d.countPeople(x)
	x.lookAtPeople(feishuRoot)
	d.compare(x)
}

// compare holds what a walk needs against what the tenant has granted, for the calls that were not made: what was
// answered needs nothing more.
func (d *feishuDirectory) compare(x *examination) {
	for _, need := range []struct {
		op   *wire.Operation
		what string
	}{
		{feishuapi.OpListDepartmentChildren, whatDepartments},
		{feishuapi.OpGetDepartment, whatDepartments},
		{feishuapi.OpListUsersByDepartment, whatMembers},
		{feishuapi.OpGetUser, whatDetails},
	} {
		granted, known := x.grants(need.op.Scopes)
		if known && !granted && !x.answered(need.op.ID) {
			x.find(diagnosis.PermissionMissing, map[string]string{"operation": need.op.ID, "what": need.what,
				"permissions": x.oneOf(need.op.Scopes), "permission": x.permission(need.op.Scopes)},
				Finding{Permissions: need.op.Scopes,
					Operations: []string{need.op.ID}})
		}
	}
}

// countPeople takes the number of people from the department at the top.
func (d *feishuDirectory) countPeople(x *examination) {
	given := x.scope.Departments
	top := feishuRoot
	switch {
	case !x.scopeSeen, !x.scope.Whole && (len(given) != 1 || len(x.scope.Users) > 0):
		return
	case !x.scope.Whole:
		top = given[0]
	}
	for _, department := range x.departments {
		if raw, ok := department.Raw.(feishuapi.Department); ok && department.ID == top && raw.MemberCount != nil {
			n := int(*raw.MemberCount)
			x.out.Range.People = &n
			if x.scope.Whole {
				x.out.Range.CompanyPeople = &n
			}
		}
	}
}

// explain says what a code of Feishu comes from.
func (d *feishuDirectory) explain(e *clients.Error) explanation {
	where := "at the base URL that is set"
	switch d.c.Setup().BaseURL {
	case feishu.BaseURL:
		where = "at Feishu in China, open.feishu.cn"
	case feishu.LarkBaseURL:
		where = "at Lark, open.larksuite.com"
	}
	values := map[string]string{"credentials": "Config.AppID or Config.AppSecret (FEISHU_APP_ID, FEISHU_APP_SECRET) " +
		where}
	detail, ok := e.Detail.(*feishu.ErrorDetail)
	if !ok {
		detail = &feishu.ErrorDetail{}
	}
	code, _ := strconv.ParseInt(e.Code, 10, 64)
	switch feishuapi.ErrorCode(code) {
	case feishuapi.ErrorCodeMalformedAppCredential, feishuapi.ErrorCodeAppUnavailable,
		feishuapi.ErrorCodeWrongAppSecret,
		feishuapi.ErrorCodeAppNotAuthorized:
		return explanation{id: diagnosis.CredentialsRefused, values: values}
	case feishuapi.ErrorCodeAppTicketStale, feishuapi.ErrorCodeAppTicketResendRefused:
		return explanation{id: diagnosis.SecretOfAnotherKind, values: values}
	case feishuapi.ErrorCodeAppStopped:
		return explanation{id: diagnosis.AppDisabled}
	case feishuapi.ErrorCodeAppUnusableInTenant, feishuapi.ErrorCodeAppNotInstalledByTenant:
		return explanation{id: diagnosis.AppUnpublished}
	case feishuapi.ErrorCodeIPNotAllowed:
		return explanation{id: diagnosis.AddressRefused, address: addressIn(e.Message + " " + detail.Message)}
	case feishuapi.ErrorCodeScopeMissing, feishuapi.ErrorCodeTokenLacksPermission,
		feishuapi.ErrorCodeUserConsentMissing:
		ex := explanation{id: diagnosis.PermissionMissing, permissions: detail.MissingScopes}
		if ex.permissions == nil {
			for _, op := range feishuapi.Operations() {
				if op.ID == e.Operation {
					ex.permissions = op.Scopes
				}
			}
		}
		return ex
	case feishuapi.ErrorCodePathNotFound, feishuapi.ErrorCodeMethodNotAllowed:
		return explanation{id: diagnosis.BaseURLWrong}
	case feishuapi.ErrorCodeMonthlyQuotaUsedUp, feishuapi.ErrorCodeRateLimited:
		return explanation{id: diagnosis.QuotaUsedUp}
	case feishuapi.ErrorCodePlanExpired:
		return explanation{id: diagnosis.EditionLacks, values: map[string]string{"privilege": "it, or the plan has " +
			"ended"}}
	}
	return explanation{}
}
