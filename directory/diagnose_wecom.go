package directory

import (
	"context"
	"strconv"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/directory/internal/diagnosis"
	"github.com/roster-go/roster/gen/wecomapi"
)

var _ patient = (*weComDirectory)(nil)

// examine looks at the app first, and at the contact sync by itself: one's secret may be good and the other's not.
func (d *weComDirectory) examine(x *examination) {
	x.begin(d.c.Setup(), "https://qyapi.weixin.qq.com/cgi-bin")
	x.operations, x.explain = wecomapi.Operations(), explainWeCom
	x.allListed = x.look(partPermissions, whatDepartments, func(ctx context.Context) error {
		answer, err := d.c.ListDepartment(ctx, nil)
		if err != nil {
			return err
		}
		for _, raw := range answer.Department {
			x.departments = append(x.departments, weComDepartment(raw))
		}
		return nil
	})
	if x.allListed {
		n := len(x.departments)
		x.out.Range.Departments = &n
	}
	if d.c.AgentID() == 0 && x.shut == "" {
		x.find(diagnosis.RangeUnknown, map[string]string{"why": ": Config.AgentID (WECOM_AGENT_ID) is not set"},
			Finding{})
		if x.allListed && len(x.departments) == 0 {
			x.emptyRange()
		}
	} else {
		x.lookAtRange()
	}
	d.examineContactSync(x)
	x.lookAtPeople(textID(weComRoot))
}

// examineContactSync looks at the ids of the whole corp.
func (d *weComDirectory) examineContactSync(x *examination) {
	if !d.c.HasContactSecret() {
		return
	}
	shut := x.shut
	if shut != string(diagnosis.AddressRefused) && shut != string(diagnosis.BaseURLWrong) {
		x.shut = ""
	}
	defer func() { x.shut = shut }()
	if !x.look(partCredentials, "ids of the whole corp (contact sync)", func(ctx context.Context) error {
		people := make(map[string]bool)
		answer, err := d.c.ListUserID(ctx, &wecomapi.ListUserIDRequest{Limit: 10_000})
		if err != nil {
			return err
		}
		for _, row := range answer.DeptUser {
			people[wecom.FoldUserID(row.UserID)] = true
		}
		if n := len(people); answer.NextCursor == "" {
			x.out.Range.CompanyPeople = &n
		}
		return nil
	}) {
		return
	}
	x.look(partCredentials, "departments of the whole corp (contact sync)", func(ctx context.Context) error {
		nodes, err := d.c.ListDepartmentSimple(clients.WithScheme(ctx, "contactToken"), nil)
		if err == nil {
			n := len(nodes.DepartmentID)
			x.out.Range.CompanyDepartments = &n
		}
		return err
	})
}

// explainWeCom says what a code of WeCom comes from. The same code may mean either secret.
func explainWeCom(e *clients.Error) explanation {
	contact := e.Operation == wecomapi.OpListUserID.ID || e.Operation == wecomapi.OpListDepartmentSimple.ID
	secret := "Config.AppSecret (WECOM_APP_SECRET), the secret of the self-built app,"
	if contact {
		secret = "Config.ContactSecret (WECOM_CONTACT_SECRET), the secret of the contact sync (通讯录同步),"
	}
	values := map[string]string{"credentials": secret}
	code, _ := strconv.ParseInt(e.Code, 10, 64)
	switch wecomapi.ErrorCode(code) {
	case wecomapi.ErrorCodeInvalidCorpID, wecomapi.ErrorCodeCorpIDMissing:
		values["credentials"] = "Config.CorpID (WECOM_CORP_ID), the corp's id,"
		return explanation{id: diagnosis.CredentialsRefused, values: values}
	case wecomapi.ErrorCodeInvalidSecret, wecomapi.ErrorCodeSecretRejected, wecomapi.ErrorCodeSecretMissing,
		wecomapi.ErrorCodeSecretUnsafe:
		return explanation{id: diagnosis.CredentialsRefused, values: values}
	case wecomapi.ErrorCodeContactSyncMayNotRead:
		return explanation{id: diagnosis.SecretOfAnotherKind, values: values}
	case wecomapi.ErrorCodeNoAPIPermission:
		if contact {
			return explanation{id: diagnosis.SecretOfAnotherKind, values: values}
		}
		return explanation{id: diagnosis.PermissionMissing, permissions: []string{"the rights of a self-built app (自建" +
			"应用)"}}
	case wecomapi.ErrorCodeAPINotAuthorized:
		return explanation{id: diagnosis.PermissionMissing, permissions: []string{"the rights of a self-built app (自建" +
			"应用)"}}
	case wecomapi.ErrorCodeAgentNotAllowed, wecomapi.ErrorCodeInvalidAgentID:
		return explanation{id: diagnosis.AppMismatch}
	case wecomapi.ErrorCodeIPNotTrusted:
		ex := explanation{id: diagnosis.AddressRefused}
		if detail, ok := e.Detail.(*wecom.ErrorDetail); ok {
			ex.address = detail.FromIP
		}
		return ex
	case wecomapi.ErrorCodeAppDisabled, wecomapi.ErrorCodeAppBarred, wecomapi.ErrorCodeCorpUnavailable:
		return explanation{id: diagnosis.AppDisabled}
	case wecomapi.ErrorCodeFrequencyExceeded:
		return explanation{id: diagnosis.QuotaUsedUp}
	}
	return explanation{}
}
