package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/internal/docs/site"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
)

// docsFolder is where "make docs" puts the reference pages.
const docsFolder = "dist/docs"

// simServer is a simulator that listens, with its control interface and the reference pages.
type simServer struct {
	*sim.Control

	url  string
	stop func()
}

// server is the simulator as it is now.
func (s *simServer) server() *sim.Server { return &sim.Server{Simulator: s.Simulator(), URL: s.url} }

// serveSim starts a simulator with the reference pages of docs below /docs. Without orders, its control interface is
// off.
func serveSim(address, docs string, orders bool, options ...sim.Option) (*simServer, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	// The simulator has this program's listener, not one of its own.
	control := sim.NewControl(options...)
	if !orders {
		control.Refusal = "the control interface is off; roster sim --control turns it on"
	}
	url := "http://" + site.Reachable(listener.Addr())
	pages := site.New(docs, url, func(base string) site.Values {
		return pageValues(&sim.Server{Simulator: control.Simulator(), URL: base})
	})
	web := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/docs" || strings.HasPrefix(r.URL.Path, site.Prefix) {
				pages.ServeHTTP(w, r)
				return
			}
			control.ServeHTTP(w, r)
		}),
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // it would report every connection that a fault resets
	}
	go func() { _ = web.Serve(listener) }() // ends with stop, which is the error that it returns
	return &simServer{control, url, func() {
		control.Close()
		_ = web.Close() // the listener's error: the program ends anyway
	}}, nil
}

// numbered is a placeholder of which each sample has its own: a code that is good once.
var numbered = regexp.MustCompile(`_\d+$`)

// pageValues looks up what the samples of the reference pages name: the addresses and credentials of a simulator, and
// people and departments of its company as they are now.
func pageValues(server *sim.Server) site.Values {
	known := make(map[string]string)
	for _, v := range vendors.All() {
		for name, value := range v.Simulated(server) {
			known[name] = value
		}
	}
	demo := server.Credentials()
	known["WECOM_PROVIDER_APP_SECRET"] = demo.WeCom.ProviderAppSecret
	known["WECOM_SUITE_ID"], known["WECOM_SUITE_SECRET"] = demo.WeCom.SuiteID, demo.WeCom.SuiteSecret
	known["WECOM_SUITE_TICKET"], known["WECOM_PERMANENT_CODE"] = demo.WeCom.SuiteTicket, demo.WeCom.PermanentCode
	known["WECOM_TAG_ID"], known["WECOM_NEW_TAG_ID"] = "1", "1201"
	known["DINGTALK_CORP_ID"] = demo.DingTalk.CorpID
	known["DINGTALK_SUITE_KEY"], known["DINGTALK_SUITE_SECRET"] = demo.DingTalk.SuiteKey, demo.DingTalk.SuiteSecret
	known["DINGTALK_SUITE_TICKET"] = demo.DingTalk.SuiteTicket
	known["FEISHU_STORE_APP_ID"], known["FEISHU_STORE_APP_SECRET"] = demo.Feishu.StoreAppID, demo.Feishu.StoreAppSecret
	known["FEISHU_STORE_APP_TICKET"], known["FEISHU_TENANT_KEY"] = demo.Feishu.StoreAppTicket, demo.Feishu.TenantKey

	company := server.Organisation()
	person, colleague := chosenPeople(company)
	nameIDs(known, "", person)
	nameIDs(known, "OTHER_", colleague)
	nameDepartment(known, "", person.MainDepartment, company)
	for _, p := range company.People() {
		if p.Admin {
			known["DINGTALK_ADMIN_USER_ID"] = p.UserID
		}
	}
	for _, d := range company.Departments() {
		if len(company.Children(d.Key)) == 0 && len(company.Members(d.Key)) == 0 {
			nameDepartment(known, "EMPTY_", d.Key, company)
			break
		}
	}
	nameFeishuLists(known, server, person)
	for _, p := range company.FormerPeople() {
		known["FEISHU_FORMER_OPEN_ID"] = p.FeishuOpenID
	}
	nameRoles(known, company)
	known["DINGTALK_NEW_USER_ID"], known["DINGTALK_NEW_DEPARTMENT"] = "lin.mei02", "QualityGroup"
	known["WPS_NEW_ATTRIBUTE"], known["WPS_LINK_ATTRIBUTE"], known["WPS_DEPARTMENTS_ATTRIBUTE"] = "shift-plan", "at-3",
		"at-6"
	recent := time.Now().AddDate(0, 0, -2)
	known["WECOM_RECENT_DATE"], known["DINGTALK_RECENT_DAY"] = recent.Format("2006-01-02"), recent.Format("20060102")
	if root, ok := company.Department(sim.RootDepartment); ok {
		known["WPS_ROOT_DEPARTMENT_ID"], known["DINGTALK_ROOT_DEPARTMENT_ID"] = root.WPSID,
			strconv.FormatInt(root.DingTalkID, 10)
	}

	return func(name string) (string, error) {
		if value, ok := known[name]; ok {
			return value, nil
		}
		what := numbered.ReplaceAllString(name, "")
		if vendor, ok := strings.CutSuffix(what, "_NEW_MOBILE"); ok {
			return newMobile(vendor, strings.TrimPrefix(name, what+"_"))
		}
		return signIn(server, what, person.UserID)
	}
}

// nameFeishuLists notes ids of what Feishu keeps beside people and departments.
func nameFeishuLists(known map[string]string, server *sim.Server, person sim.Person) {
	company, feishu := server.Organisation(), server.Feishu()
	for _, g := range company.Groups(sim.Tag) {
		if len(g.People) > 0 && known["FEISHU_GROUP_ID"] == "" {
			known["FEISHU_GROUP_ID"] = feishu.GroupID(g.Key)
		}
	}
	for _, g := range company.Groups(sim.Role) {
		if len(g.People) > 0 && known["FEISHU_ROLE_ID"] == "" {
			known["FEISHU_ROLE_ID"] = feishu.RoleID(g.Key)
		}
	}
	known["FEISHU_JOB_TITLE_ID"], known["FEISHU_WORK_CITY_ID"] = feishu.JobTitleID(person.Position),
		feishu.WorkCityID(person.City)
	known["FEISHU_EMPLOYEE_TYPE"] = strings.TrimRight(feishu.EmployeeTypeID(7), "=")
}

// newMobile is a mobile number of nobody, another one for each sample.
func newMobile(vendor, sample string) (string, error) {
	place := slices.IndexFunc(vendors.All(), func(v vendors.Vendor) bool { return strings.EqualFold(v.Name, vendor) })
	number, err := strconv.Atoi(sample)
	if err != nil || place < 0 {
		return "", errors.New("there is no such number")
	}
	country := ""
	if vendor == "FEISHU" {
		country = "86"
	}
	return fmt.Sprintf("%s13999%02d%04d", country, place, number), nil
}

// signIn gets what a person brings along who opens an app and agrees: a code or ticket that is good once.
func signIn(server *sim.Server, what, userID string) (string, error) {
	// The redirect address and the PKCE verifier of the samples.
	const (
		portal   = "https://portal.example.cn/callback"
		verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	)
	switch what {
	case "WECOM_USER_TICKET":
		return server.WeCom().Consent(userID)
	case "WECOM_LOGIN_CODE":
		return server.WeCom().LoginCode(userID, true)
	case "WECOM_SUITE_LOGIN_CODE":
		return server.WeCom().SuiteLoginCode(userID, true)
	case "WECOM_SUITE_AUTH_CODE":
		return server.WeCom().InstallSuite(), nil
	case "WECOM_VERIFICATION_CODE":
		return server.WeCom().OpenVerificationPage(userID)
	case "DINGTALK_LOGIN_CODE":
		return server.DingTalk().LoginCode(userID)
	case "DINGTALK_AUTH_CODE":
		return server.DingTalk().Authorize(userID)
	case "FEISHU_LOGIN_CODE":
		return server.Feishu().Authorize(userID, sim.FeishuConsent{})
	case "FEISHU_PORTAL_LOGIN_CODE":
		return server.Feishu().Authorize(userID,
			sim.FeishuConsent{RedirectURI: portal, CodeChallenge: verifier, CodeChallengeMethod: "plain"})
	case "FEISHU_SESSION":
		return server.Feishu().SignIn(userID, 1)
	case "WPS_LOGIN_CODE":
		return server.WPS().SignIn(userID, portal)
	default:
		return "", errors.New("there is no such value")
	}
}

// chosenPeople are the first who has all that a sample can ask for, and somebody of the same department.
func chosenPeople(company *sim.Organisation) (person, colleague sim.Person) {
	for _, p := range company.People() {
		if p.Status != sim.StatusActive || p.Admin || p.MobileHidden || p.MainDepartment <= sim.RootDepartment ||
			p.Mobile.Country != "86" ||
			p.Email == "" || p.WeChatOpenID == "" {
			continue
		}
		for _, c := range company.Members(p.MainDepartment) {
			if c.Key != p.Key && c.Status == sim.StatusActive && !c.Admin {
				return p, c
			}
		}
	}
	return sim.Person{}, sim.Person{}
}

// nameIDs notes the ids of a person at the vendors.
func nameIDs(known map[string]string, which string, p sim.Person) {
	known["WECOM_"+which+"USER_ID"], known["DINGTALK_"+which+"USER_ID"] = p.UserID, p.UserID
	known["WECOM_"+which+"OPENID"], known["DINGTALK_"+which+"UNION_ID"] = p.WeChatOpenID, p.DingTalkUnionID
	known["FEISHU_"+which+"USER_ID"], known["FEISHU_"+which+"OPEN_ID"],
		known["FEISHU_"+which+"UNION_ID"] = p.FeishuUserID, p.FeishuOpenID, p.FeishuUnionID
	known["WPS_"+which+"USER_ID"] = p.WPSUserID
	known["WECOM_"+which+"MOBILE"], known["DINGTALK_"+which+"MOBILE"], known["WPS_"+which+"MOBILE"] = p.Mobile.Number,
		p.Mobile.Number, p.Mobile.Number
	known["FEISHU_"+which+"MOBILE"] = p.Mobile.Country + p.Mobile.Number
	known["WECOM_"+which+"EMAIL"], known["WPS_"+which+"EMAIL"] = p.Email, p.Email
}

// nameRoles notes a role that somebody has, the role group of those that the company made, and a role that nobody has.
func nameRoles(known map[string]string, company *sim.Organisation) {
	const group = 7000 // what the simulator calls that role group, and the number before its first role
	known["DINGTALK_ROLE_GROUP_ID"] = strconv.Itoa(group)
	for _, role := range company.Groups(sim.Role) {
		id := strconv.Itoa(group + int(role.Key))
		if len(role.People) == 0 {
			known["DINGTALK_EMPTY_ROLE_ID"] = id
			continue
		}
		known["DINGTALK_ROLE_ID"] = id
		if p, ok := company.Person(role.People[0]); ok {
			known["DINGTALK_ROLE_USER_ID"] = p.UserID
		}
	}
}

// nameDepartment notes the ids of a department at the vendors.
func nameDepartment(known map[string]string, which string, key sim.DepartmentKey, company *sim.Organisation) {
	d, ok := company.Department(key)
	if !ok {
		return
	}
	known["WECOM_"+which+"DEPARTMENT_ID"] = strconv.FormatInt(d.WeComID, 10)
	known["DINGTALK_"+which+"DEPARTMENT_ID"] = strconv.FormatInt(d.DingTalkID, 10)
	known["FEISHU_"+which+"DEPARTMENT_ID"], known["FEISHU_"+which+"OPEN_DEPARTMENT_ID"] = d.FeishuID, d.FeishuOpenID
	known["WPS_"+which+"DEPARTMENT_ID"] = d.WPSID
}
