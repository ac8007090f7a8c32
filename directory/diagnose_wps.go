package directory

import (
	"context"
	"errors"
	"strconv"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/directory/internal/diagnosis"
	"github.com/roster-go/roster/gen/wpsapi"
)

var _ patient = (*wpsDirectory)(nil)

func (d *wpsDirectory) examine(x *examination) {
	x.begin(d.c.Setup(), "https://openapi.wps.cn")
	x.operations = wpsapi.Operations()
	x.explain = func(e *clients.Error) explanation { return d.explain(x.ctx, e) }
	x.look(partPermissions, "the root department", func(ctx context.Context) error {
		_, err := d.c.GetRootDept(ctx, nil)
		return err
	})
	x.lookAtRange()
	x.lookAtDepartments()
	x.quietly(func(ctx context.Context) error {
		answer, err := d.c.ListUsers(ctx, &wpsapi.ListUsersParams{WithTotal: new(true), PageSize: new(int64(1)),
			Status: []wpsapi.UserStatus{wpsapi.UserStatusActive, wpsapi.UserStatusNotactive,
				wpsapi.UserStatusDisabled}})
		if err == nil {
			n := int(answer.Data.Total)
			x.out.Range.People = &n
			if x.scope.Whole {
				x.out.Range.CompanyPeople = &n
			}
		}
		return err
	})
	x.attributes = d.examineAttributes
	x.lookAtPeople("0")
	if x.scopeSeen && !x.scope.Known && len(x.people.users) > 0 {
		x.find(diagnosis.RangeUnknown, map[string]string{"why": ""}, Finding{})
	}
}

// examineAttributes looks at the company's own fields, which a call of their own has.
func (d *wpsDirectory) examineAttributes(x *examination, ids []string) {
	x.look(partFields, "the company's own fields", func(ctx context.Context) error {
		people, _, err := d.c.CustomAttrsByID(ctx, ids)
		var e *clients.Error
		switch {
		case errors.As(err, &e) && d.explain(ctx, e).id == diagnosis.PermissionMissing:
			needed := x.scopesOf(wpsapi.OpBatchReadUserCustomAttrs.ID)
			x.find(diagnosis.FieldPermission, map[string]string{"lacks": "lacks", "sample": "",
				"fields": "attributes", "permissions": x.oneOf(needed), "permission": x.permission(needed)},
				Finding{Fields: []string{"attributes"}, Permissions: needed, VendorCode: e.Code,
					Operations: []string{wpsapi.OpBatchReadUserCustomAttrs.ID}})
			return nil
		case lacksCall(err):
			return nil
		}
		x.people.asked = len(ids)
		for _, p := range people {
			if len(p.CustomAttrs) > 0 {
				x.people.detailed["attributes"]++
			}
		}
		return err
	})
}

// explain says what a failure at WPS comes from. The code for what is not permitted also comes where a token belongs to
// no company, as that of a third-party app without a ticket does: then not even the company can be asked for.
func (d *wpsDirectory) explain(ctx context.Context, e *clients.Error) explanation {
	detail, ok := e.Detail.(*wps.ErrorDetail)
	if !ok {
		detail = &wps.ErrorDetail{}
	}
	values := map[string]string{"credentials": "Config.AppID or Config.AppKey (WPS_APP_ID, WPS_APP_KEY)"}
	code, err := strconv.ParseInt(e.Code, 10, 64)
	switch {
	case detail.SignatureRefused:
		return explanation{id: diagnosis.SignatureRefused,
			values: map[string]string{"ahead": compared(detail.ClockAhead)}}
	case detail.Privilege != "":
		return explanation{id: diagnosis.EditionLacks, values: map[string]string{"privilege": detail.Privilege}}
	case detail.Scopes != nil:
		return explanation{id: diagnosis.PermissionMissing, permissions: detail.Scopes}
	case e.Code == "invalid_client":
		return explanation{id: diagnosis.CredentialsRefused, values: values}
	case e.Code == "unauthorized_client":
		return explanation{id: diagnosis.AppDisabled}
	case err != nil:
		return explanation{}
	}
	switch wpsapi.ErrorCode(code) {
	case wpsapi.ErrorCodeOAuth2InvalidClient:
		return explanation{id: diagnosis.CredentialsRefused, values: values}
	case wpsapi.ErrorCodeOAuth2UnauthorizedClient, wpsapi.ErrorCodeCompanyDisabled, wpsapi.ErrorCodeCompanyDeleted,
		wpsapi.ErrorCodeCompanyNotAuthorized,
		wpsapi.ErrorCodeCompanyAuthorizedExpired:
		return explanation{id: diagnosis.AppDisabled}
	case wpsapi.ErrorCodeCommonPolicyDenied:
		return explanation{id: diagnosis.AddressRefused, address: addressIn(e.Message + " " + detail.Explanation)}
	case wpsapi.ErrorCodeCommonNotFound:
		return explanation{id: diagnosis.BaseURLWrong}
	case wpsapi.ErrorCodeCommonNoPermission:
		_, err := d.c.GetCurrentCompany(ctx)
		var other *clients.Error
		if errors.As(err, &other) && other.Code == e.Code {
			return explanation{id: diagnosis.SecretOfAnotherKind, values: values}
		}
	}
	return explanation{}
}
