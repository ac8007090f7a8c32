package vendors

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/sim"
)

func weCom() Vendor {
	const (
		corpID        = "WECOM_CORP_ID"
		contactSecret = "WECOM_CONTACT_SECRET"
		appSecret     = "WECOM_APP_SECRET"
		agentID       = "WECOM_AGENT_ID"
		baseURL       = "WECOM_BASE_URL"
	)
	return Vendor{
		Name: "wecom", Title: "WeCom 企业微信",
		Variables: []Variable{
			{Name: corpID, Meaning: "the corp's id (企业ID)", Required: true},
			{Name: contactSecret, Secret: true,
				Meaning: "secret of the contact sync (通讯录同步); with it, departments hidden from the app are noticed"},
			{Name: appSecret, Required: true, Secret: true,
				Meaning: "secret of a self-built app (自建应用), which sees its visible range"},
			{Name: agentID, Meaning: "AgentId of that app; with it, its visible range (可见范围) is known"},
			{Name: baseURL, Meaning: "where the API is, if not at the vendor"},
		},
		Simulated: func(s *sim.Server) map[string]string {
			c := s.Credentials().WeCom
			return map[string]string{
				corpID: c.CorpID, contactSecret: c.ContactSecret, appSecret: c.AppSecret,
				agentID: strconv.FormatInt(c.AppAgentID, 10), baseURL: s.WeComURL(),
			}
		},
		Open: func(env map[string]string, options ...clients.Option) (Opened, error) {
			agent, err := agentOf(env[agentID])
			if err != nil {
				return Opened{}, fmt.Errorf("%s %w", agentID, err)
			}
			c, err := wecom.New(wecom.Config{
				CorpID:        env[corpID],
				ContactSecret: clients.Secret(env[contactSecret]),
				AppSecret:     clients.Secret(env[appSecret]),
				AgentID:       agent,
			}, reaching(env, baseURL, options)...)
			if err != nil {
				return Opened{}, err
			}
			return Opened{directory.WeCom(c), c.Stats, c}, nil
		},
	}
}

// agentOf reads an AgentId. Without one it is 0.
func agentOf(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, errors.New("is not the AgentId of an app, which is a number such as 1000002")
	}
	return id, nil
}
