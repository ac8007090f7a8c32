package vendors

import (
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/sim"
)

func feishuLark() Vendor {
	const (
		appID     = "FEISHU_APP_ID"
		appSecret = "FEISHU_APP_SECRET"
		baseURL   = "FEISHU_BASE_URL"
	)
	return Vendor{
		Name: "feishu", Title: "Feishu 飞书 / Lark",
		Variables: []Variable{
			{Name: appID, Meaning: "App ID of a self-built app, which sees its contact range", Required: true},
			{Name: appSecret, Meaning: "App Secret of that app", Required: true, Secret: true},
			{Name: baseURL, Meaning: "where the API is, if not at Feishu; for Lark " + feishu.LarkBaseURL},
		},
		Simulated: func(s *sim.Server) map[string]string {
			c := s.Credentials().Feishu
			return map[string]string{appID: c.AppID, appSecret: c.AppSecret, baseURL: s.FeishuURL()}
		},
		Open: func(env map[string]string, options ...clients.Option) (Opened, error) {
			c, err := feishu.New(feishu.Config{AppID: env[appID], AppSecret: clients.Secret(env[appSecret])},
				reaching(env, baseURL, options)...)
			if err != nil {
				return Opened{}, err
			}
			return Opened{directory.Feishu(c), c.Stats, c}, nil
		},
	}
}
