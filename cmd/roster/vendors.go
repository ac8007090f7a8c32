package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/sim"
)

// variable is an environment variable that a vendor's credentials come from.
type variable struct {
	name     string
	meaning  string
	required bool
}

// vendor is what the commands know about one vendor.
type vendor struct {
	name      string
	title     string
	variables []variable // the last one is the base URL
	simulated func(*sim.Server) map[string]string
	open      func(env map[string]string, options ...clients.Option) (source, error)
}

// source is an opened directory with the client behind it.
type source struct {
	directory.Directory
	stats func() clients.Stats
	api   any // the client, with a method for each operation of the document
}

func vendors() []vendor {
	return []vendor{weComVendor(), dingTalkVendor(), feishuVendor(), wpsVendor()}
}

func vendorNamed(name string) (vendor, error) {
	for _, v := range vendors() {
		if v.name == name {
			return v, nil
		}
	}
	return vendor{}, fmt.Errorf("unknown vendor %q: want one of %s", name, strings.Join(vendorNames(), ", "))
}

func vendorNames() []string {
	var names []string
	for _, v := range vendors() {
		names = append(names, v.name)
	}
	return names
}

func weComVendor() vendor {
	return vendor{
		name: "wecom", title: "WeCom 企业微信",
		variables: []variable{
			{"WECOM_CORP_ID", "corp id (企业ID)", true},
			{"WECOM_CONTACT_SECRET", "secret of 通讯录同步; with it, departments that the app may not see are noticed", false},
			{"WECOM_APP_SECRET", "secret of a self-built app, whose visible range is what is exported", true},
			{"WECOM_BASE_URL", "where the API is, if not at the vendor", false},
		},
		simulated: func(s *sim.Server) map[string]string {
			c := s.Credentials().WeCom
			return map[string]string{"WECOM_CORP_ID": c.CorpID, "WECOM_CONTACT_SECRET": c.ContactSecret, "WECOM_APP_SECRET": c.AppSecret, "WECOM_BASE_URL": s.WeComURL()}
		},
		open: func(env map[string]string, options ...clients.Option) (source, error) {
			c, err := wecom.New(wecom.Config{CorpID: env["WECOM_CORP_ID"], ContactSecret: clients.Secret(env["WECOM_CONTACT_SECRET"]),
				AppSecret: clients.Secret(env["WECOM_APP_SECRET"])}, withBaseURL(env["WECOM_BASE_URL"], options)...)
			if err != nil {
				return source{}, err
			}
			return source{directory.WeCom(c), c.Stats, c}, nil
		},
	}
}

func dingTalkVendor() vendor {
	return vendor{
		name: "dingtalk", title: "DingTalk 钉钉",
		variables: []variable{
			{"DINGTALK_APP_KEY", "AppKey (Client ID) of an internal app, whose contact scope is what is exported", true},
			{"DINGTALK_APP_SECRET", "AppSecret (Client Secret) of that app", true},
			{"DINGTALK_BASE_URL", "where the API is, if not at the vendor", false},
		},
		simulated: func(s *sim.Server) map[string]string {
			c := s.Credentials().DingTalk
			return map[string]string{"DINGTALK_APP_KEY": c.AppKey, "DINGTALK_APP_SECRET": c.AppSecret, "DINGTALK_BASE_URL": s.DingTalkURL()}
		},
		open: func(env map[string]string, options ...clients.Option) (source, error) {
			c, err := dingtalk.New(dingtalk.Config{AppKey: env["DINGTALK_APP_KEY"], AppSecret: clients.Secret(env["DINGTALK_APP_SECRET"])},
				withBaseURL(env["DINGTALK_BASE_URL"], options)...)
			if err != nil {
				return source{}, err
			}
			return source{directory.DingTalk(c), c.Stats, c}, nil
		},
	}
}

func feishuVendor() vendor {
	return vendor{
		name: "feishu", title: "Feishu 飞书 / Lark",
		variables: []variable{
			{"FEISHU_APP_ID", "App ID of a self-built app, whose contact range is what is exported", true},
			{"FEISHU_APP_SECRET", "App Secret of that app", true},
			{"FEISHU_BASE_URL", "where the API is, if not at Feishu; for Lark " + feishu.LarkBaseURL, false},
		},
		simulated: func(s *sim.Server) map[string]string {
			c := s.Credentials().Feishu
			return map[string]string{"FEISHU_APP_ID": c.AppID, "FEISHU_APP_SECRET": c.AppSecret, "FEISHU_BASE_URL": s.FeishuURL()}
		},
		open: func(env map[string]string, options ...clients.Option) (source, error) {
			c, err := feishu.New(feishu.Config{AppID: env["FEISHU_APP_ID"], AppSecret: clients.Secret(env["FEISHU_APP_SECRET"])},
				withBaseURL(env["FEISHU_BASE_URL"], options)...)
			if err != nil {
				return source{}, err
			}
			return source{directory.Feishu(c), c.Stats, c}, nil
		},
	}
}

func wpsVendor() vendor {
	return vendor{
		name: "wps", title: "WPS 365",
		variables: []variable{
			{"WPS_APP_ID", "APPID of a self-built app, whose data permission is what is exported", true},
			{"WPS_APP_KEY", "APPKEY of that app", true},
			{"WPS_BASE_URL", "where the API is, if not at the vendor", false},
		},
		simulated: func(s *sim.Server) map[string]string {
			c := s.Credentials().WPS
			return map[string]string{"WPS_APP_ID": c.AppID, "WPS_APP_KEY": c.AppKey, "WPS_BASE_URL": s.WPSURL()}
		},
		open: func(env map[string]string, options ...clients.Option) (source, error) {
			cfg := wps.Config{AppID: env["WPS_APP_ID"], AppKey: clients.Secret(env["WPS_APP_KEY"])}
			if base, err := url.Parse(env["WPS_BASE_URL"]); err == nil {
				// What stands before the API's own paths is a gateway's or the simulator's, and not signed.
				cfg.UnsignedPathPrefix = base.Path
			}
			c, err := wps.New(cfg, withBaseURL(env["WPS_BASE_URL"], options)...)
			if err != nil {
				return source{}, err
			}
			return source{directory.WPS(c), c.Stats, c}, nil
		},
	}
}

func withBaseURL(base string, options []clients.Option) []clients.Option {
	if base == "" {
		return options
	}
	return append(options, clients.WithBaseURL(base))
}

// environment reads the vendor's variables. found is false if none is set; some without the others is an error, so that nobody
// exports the simulator by mistake.
func (v vendor) environment(lookup func(string) (string, bool)) (env map[string]string, found bool, err error) {
	env = make(map[string]string)
	var missing []string
	for _, variable := range v.variables {
		value, ok := lookup(variable.name)
		if ok && value != "" {
			env[variable.name], found = value, true
		} else if variable.required {
			missing = append(missing, variable.name)
		}
	}
	if found && len(missing) > 0 {
		verb := "is"
		if len(missing) > 1 {
			verb = "are"
		}
		return nil, true, fmt.Errorf("%s: %s %s not set, though other %s variables are", v.name, strings.Join(missing, " and "), verb, strings.ToUpper(v.name))
	}
	return env, found, nil
}

// simulator is the embedded simulator, started when the first vendor needs it.
type simulator struct {
	options []sim.Option
	server  *sim.Server
}

func (s *simulator) start() (*sim.Server, error) {
	if s.server == nil {
		server, err := sim.Listen("127.0.0.1:0", s.options...)
		if err != nil {
			return nil, err
		}
		s.server = server
	}
	return s.server, nil
}

func (s *simulator) close() {
	if s.server != nil {
		s.server.Close()
	}
}

// standIn says when the simulator takes a vendor's place.
type standIn int

const (
	never standIn = iota // for commands whose result must not be the simulator's by mistake
	withoutCredentials
	always
)

// openVendor opens a vendor with the credentials of the environment, or the simulator. note says which.
func openVendor(v vendor, simulated *simulator, when standIn) (s source, note string, err error) {
	env, note, err := whereabouts(v, simulated, when)
	if err != nil {
		return source{}, "", err
	}
	s, err = v.open(env, clients.WithHTTPClient(&http.Client{Transport: exportTransport()}))
	return s, note, err
}

// whereabouts returns what a vendor is opened with: the variables of the environment, or those of the simulator. note says which.
func whereabouts(v vendor, simulated *simulator, when standIn) (env map[string]string, note string, err error) {
	note = "the built-in simulator"
	if when != always {
		env, found, err := v.environment(os.LookupEnv)
		switch {
		case err != nil:
			return nil, "", err
		case found:
			return env, cmp.Or(env[v.variables[len(v.variables)-1].name], "the vendor"), nil
		case when == never:
			return nil, "", fmt.Errorf("%s: no credentials: %s is not set (\"roster export --help\" lists the variables; --sim takes the built-in simulator)", v.name, v.variables[0].name)
		}
		note += fmt.Sprintf(" (set %s to go to the vendor)", v.variables[0].name)
	}
	server, err := simulated.start()
	if err != nil {
		return nil, "", err
	}
	return v.simulated(server), note, nil
}

// asked is the rule of a command with a flag for the simulator, and otherwise for when it is not given.
func asked(sim bool, otherwise standIn) standIn {
	if sim {
		return always
	}
	return otherwise
}

// exportTransport honours the proxy variables for vendors; a loopback address goes direct by itself.
func exportTransport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	return t
}
