package syncer

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/directory"
)

// Open opens a vendor's directory with the credentials of the environment, in the variables that the roster command
// reads. It also returns the company's or the app's id, which keeps the state of one company from being used for
// another. A program for one vendor needs a single case of it.
func Open(vendor string, getenv func(string) string) (d directory.Directory, company string, err error) {
	return OpenFor(vendor, "", getenv)
}

// OpenFor is Open for a program in which people sign in, and to which they come back at redirectURI.
func OpenFor(vendor, redirectURI string, getenv func(string) string) (
	d directory.Directory, company string, err error,
) {
	base := func(variable string) (options []clients.Option) {
		if url := getenv(variable); url != "" {
			options = append(options, clients.WithBaseURL(url))
		}
		if getenv(strings.TrimSuffix(variable, "BASE_URL")+"PLAIN_HTTP") == "1" { // as for the command line
			options = append(options, clients.WithPlainHTTP())
		}
		return options
	}
	secret := func(variable string) clients.Secret { return clients.Secret(getenv(variable)) }
	switch vendor {
	case "wecom":
		company = getenv("WECOM_CORP_ID")
		config := wecom.Config{CorpID: company, AppSecret: secret("WECOM_APP_SECRET")}
		if agent := getenv("WECOM_AGENT_ID"); agent != "" {
			if config.AgentID, err = strconv.ParseInt(agent, 10, 64); err != nil {
				return nil, "", fmt.Errorf("WECOM_AGENT_ID is no number")
			}
		}
		c, err := wecom.New(config, base("WECOM_BASE_URL")...)
		if err != nil {
			return nil, "", err
		}
		return directory.WeCom(c), company, nil
	case "dingtalk":
		company = getenv("DINGTALK_APP_KEY")
		c, err := dingtalk.New(dingtalk.Config{AppKey: company, AppSecret: secret("DINGTALK_APP_SECRET")},
			base("DINGTALK_BASE_URL")...)
		if err != nil {
			return nil, "", err
		}
		return directory.DingTalk(c), company, nil
	case "feishu":
		company = getenv("FEISHU_APP_ID")
		c, err := feishu.New(feishu.Config{AppID: company, AppSecret: secret("FEISHU_APP_SECRET")},
			base("FEISHU_BASE_URL")...)
		if err != nil {
			return nil, "", err
		}
		return directory.Feishu(c), company, nil
	case "wps":
		company = getenv("WPS_APP_ID")
		c, err := wps.New(wps.Config{AppID: company, AppKey: secret("WPS_APP_KEY"),
			RedirectURI: redirectURI}, base("WPS_BASE_URL")...)
		if err != nil {
			return nil, "", err
		}
		return directory.WPS(c), company, nil
	}
	return nil, "", fmt.Errorf("unknown vendor %q: want wecom, dingtalk, feishu or wps", vendor)
}
