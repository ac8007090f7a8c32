package vendors

import (
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/sim"
)

func dingTalk() Vendor {
	const (
		appKey    = "DINGTALK_APP_KEY"
		appSecret = "DINGTALK_APP_SECRET"
		baseURL   = "DINGTALK_BASE_URL"
	)
	return Vendor{
		Name: "dingtalk", Title: "DingTalk 钉钉",
		Variables: []Variable{
			{Name: appKey, Required: true, Secret: true,
				Meaning: "AppKey (Client ID) of an internal app, which sees its contact scope"},
			{Name: appSecret, Meaning: "AppSecret (Client Secret) of that app", Required: true, Secret: true},
			{Name: baseURL, Meaning: "where the API is, if not at the vendor"},
		},
		Simulated: func(s *sim.Server) map[string]string {
			c := s.Credentials().DingTalk
			return map[string]string{appKey: c.AppKey, appSecret: c.AppSecret, baseURL: s.DingTalkURL()}
		},
		Open: func(env map[string]string, options ...clients.Option) (Opened, error) {
			c, err := dingtalk.New(dingtalk.Config{AppKey: env[appKey], AppSecret: clients.Secret(env[appSecret])},
				reaching(env, baseURL, options)...)
			if err != nil {
				return Opened{}, err
			}
			return Opened{directory.DingTalk(c), c.Stats, c}, nil
		},
	}
}
