package floor

import "encoding/json"

// The answers, with every member that the documents have, a pointer where its absence says something else than its
// zero. What comes as text on the wire and holds a list or a map stays text here: a program that needs it takes it
// apart.

type weComUser struct {
	Address          string               `json:"address"`
	Alias            string               `json:"alias"`
	Avatar           string               `json:"avatar"`
	BizMail          *string              `json:"biz_mail"`
	Department       []int64              `json:"department"`
	DirectLeader     []string             `json:"direct_leader"`
	Email            *string              `json:"email"`
	Enable           *int64               `json:"enable"`
	EnglishName      string               `json:"english_name"`
	ErrCode          int64                `json:"errcode"`
	ErrMsg           string               `json:"errmsg"`
	ExtAttr          weComExtAttr         `json:"extattr"`
	ExternalPosition string               `json:"external_position"`
	ExternalProfile  weComExternalProfile `json:"external_profile"`
	Gender           string               `json:"gender"`
	HideMobile       *int64               `json:"hide_mobile"`
	IsLeaderInDept   []int64              `json:"is_leader_in_dept"`
	IsLeader         *int64               `json:"isleader"`
	MainDepartment   int64                `json:"main_department"`
	Mobile           *string              `json:"mobile"`
	Name             string               `json:"name"`
	OpenUserID       string               `json:"open_userid"`
	Order            []int64              `json:"order"`
	Position         string               `json:"position"`
	Positions        []string             `json:"positions"`
	QRCode           string               `json:"qr_code"`
	Status           int64                `json:"status"`
	Telephone        *string              `json:"telephone"`
	ThumbAvatar      string               `json:"thumb_avatar"`
	UserID           string               `json:"userid"`
	WXPluginStatus   int64                `json:"wxplugin_status"`
}

type weComList struct {
	ErrCode  int64  `json:"errcode"`
	ErrMsg   string `json:"errmsg"`
	UserList []struct {
		Address          string               `json:"address"`
		Alias            string               `json:"alias"`
		Avatar           string               `json:"avatar"`
		BizMail          *string              `json:"biz_mail"`
		Department       []int64              `json:"department"`
		DirectLeader     []string             `json:"direct_leader"`
		Email            *string              `json:"email"`
		Enable           *int64               `json:"enable"`
		EnglishName      string               `json:"english_name"`
		ExtAttr          weComExtAttr         `json:"extattr"`
		ExternalPosition string               `json:"external_position"`
		ExternalProfile  weComExternalProfile `json:"external_profile"`
		Gender           string               `json:"gender"`
		HideMobile       *int64               `json:"hide_mobile"`
		IsLeaderInDept   []int64              `json:"is_leader_in_dept"`
		IsLeader         *int64               `json:"isleader"`
		MainDepartment   int64                `json:"main_department"`
		Mobile           *string              `json:"mobile"`
		Name             string               `json:"name"`
		OpenUserID       string               `json:"open_userid"`
		Order            []int64              `json:"order"`
		Position         string               `json:"position"`
		Positions        []string             `json:"positions"`
		QRCode           string               `json:"qr_code"`
		Status           int64                `json:"status"`
		Telephone        *string              `json:"telephone"`
		ThumbAvatar      string               `json:"thumb_avatar"`
		UserID           string               `json:"userid"`
		WXPluginStatus   int64                `json:"wxplugin_status"`
	} `json:"userlist"`
}

type dingTalkV1User struct {
	Active             *bool              `json:"active"`
	AssociatedUnionID  string             `json:"associatedUnionId"`
	Avatar             string             `json:"avatar"`
	Department         []int64            `json:"department"`
	DingID             string             `json:"dingId"`
	Email              string             `json:"email"`
	ErrCode            int64              `json:"errcode"`
	ErrMsg             string             `json:"errmsg"`
	ExclusiveAccount   *bool              `json:"exclusiveAccount"`
	ExtAttr            map[string]string  `json:"extattr"`
	HiredDate          *int64             `json:"hiredDate"`
	InviteMobile       string             `json:"inviteMobile"`
	IsAdmin            *bool              `json:"isAdmin"`
	IsBoss             *bool              `json:"isBoss"`
	IsCustomizedPortal *bool              `json:"isCustomizedPortal"`
	IsHide             *bool              `json:"isHide"`
	IsLeaderInDepts    departments[bool]  `json:"isLeaderInDepts"`
	IsLimited          *bool              `json:"isLimited"`
	IsSenior           *bool              `json:"isSenior"`
	JobNumber          string             `json:"jobnumber"`
	ManagerUserIDAlt   string             `json:"managerUserId"`
	ManagerUserID      string             `json:"managerUserid"`
	MemberView         *bool              `json:"memberView"`
	Mobile             string             `json:"mobile"`
	MobileHash         string             `json:"mobileHash"`
	Name               string             `json:"name"`
	Nickname           string             `json:"nickname"`
	OpenID             string             `json:"openId"`
	OrderInDepts       departments[int64] `json:"orderInDepts"`
	OrgEmail           string             `json:"orgEmail"`
	Position           string             `json:"position"`
	RealAuthed         *bool              `json:"realAuthed"`
	Remark             string             `json:"remark"`
	Roles              []struct {
		GroupName string `json:"groupName"`
		ID        int64  `json:"id"`
		Name      string `json:"name"`
		Type      *int64 `json:"type"`
	} `json:"roles"`
	StateCode string `json:"stateCode"`
	Tags      struct {
		Guardian []string `json:"guardian"`
	} `json:"tags"`
	Tel       string `json:"tel"`
	UnionID   string `json:"unionid"`
	UserID    string `json:"userid"`
	WorkPlace string `json:"workPlace"`
}

type dingTalkV1List struct {
	ErrCode  int64  `json:"errcode"`
	ErrMsg   string `json:"errmsg"`
	HasMore  bool   `json:"hasMore"`
	UserList []struct {
		Active     *bool             `json:"active"`
		Avatar     string            `json:"avatar"`
		Department []int64           `json:"department"`
		DingID     string            `json:"dingId"`
		Email      string            `json:"email"`
		ExtAttr    map[string]string `json:"extattr"`
		HiredDate  *int64            `json:"hiredDate"`
		IsAdmin    *bool             `json:"isAdmin"`
		IsBoss     *bool             `json:"isBoss"`
		IsHide     *bool             `json:"isHide"`
		IsLeader   *bool             `json:"isLeader"`
		JobNumber  string            `json:"jobnumber"`
		Mobile     string            `json:"mobile"`
		Name       string            `json:"name"`
		OpenID     string            `json:"openId"`
		Order      *int64            `json:"order"`
		OrgEmail   string            `json:"orgEmail"`
		Position   string            `json:"position"`
		Remark     string            `json:"remark"`
		Tel        string            `json:"tel"`
		UnionID    string            `json:"unionid"`
		UserID     string            `json:"userid"`
		WorkPlace  string            `json:"workPlace"`
	} `json:"userlist"`
}

type dingTalkV2User struct {
	ErrCode   int64  `json:"errcode"`
	ErrMsg    string `json:"errmsg"`
	RequestID string `json:"request_id"`
	Result    struct {
		Active        *bool   `json:"active"`
		Admin         *bool   `json:"admin"`
		Avatar        string  `json:"avatar"`
		Boss          *bool   `json:"boss"`
		CreateTime    string  `json:"create_time"`
		DeptIDList    []int64 `json:"dept_id_list"`
		DeptOrderList []struct {
			DeptID int64  `json:"dept_id"`
			Order  *int64 `json:"order"`
		} `json:"dept_order_list"`
		DeptPositionList []struct {
			DeptID    int64  `json:"dept_id"`
			IsMain    *bool  `json:"is_main"`
			Title     string `json:"title"`
			WorkPlace string `json:"work_place"`
		} `json:"dept_position_list"`
		DisableStatus            *bool   `json:"disable_status"`
		Email                    *string `json:"email"`
		ExclusiveAccount         *bool   `json:"exclusive_account"`
		ExclusiveAccountCorpID   string  `json:"exclusive_account_corp_id"`
		ExclusiveAccountCorpName string  `json:"exclusive_account_corp_name"`
		ExclusiveAccountType     string  `json:"exclusive_account_type"`
		ExtAttrs                 []struct {
			Code  string          `json:"code"`
			Name  string          `json:"name"`
			Type  json.RawMessage `json:"type"`
			Value struct {
				Images []string `json:"images"`
				Text   string   `json:"text"`
				URL    string   `json:"url"`
			} `json:"value"`
		} `json:"ext_attrs"`
		Extension     textMap         `json:"extension"`
		ExtensionI18N json.RawMessage `json:"extension_i18n"`
		Gender        string          `json:"gender"`
		HideMobile    *bool           `json:"hide_mobile"`
		HiredDate     *int64          `json:"hired_date"`
		JobNumber     string          `json:"job_number"`
		LeaderInDept  []struct {
			DeptID int64 `json:"dept_id"`
			Leader *bool `json:"leader"`
		} `json:"leader_in_dept"`
		LoginID       string  `json:"login_id"`
		ManagerUserID string  `json:"manager_userid"`
		Mobile        *string `json:"mobile"`
		Name          string  `json:"name"`
		Nickname      string  `json:"nickname"`
		OrgEmail      *string `json:"org_email"`
		OrgEmailType  string  `json:"org_email_type"`
		RealAuthed    *bool   `json:"real_authed"`
		Remark        string  `json:"remark"`
		RoleList      []struct {
			GroupName string `json:"group_name"`
			ID        int64  `json:"id"`
			Name      string `json:"name"`
		} `json:"role_list"`
		Senior      *bool   `json:"senior"`
		StateCode   string  `json:"state_code"`
		Telephone   *string `json:"telephone"`
		Title       string  `json:"title"`
		UnionEmpExt struct {
			CorpID          string `json:"corp_id"`
			UnionEmpMapList []struct {
				CorpID string `json:"corp_id"`
				UserID string `json:"userid"`
			} `json:"union_emp_map_list"`
			UnionEmpMapVo []struct {
				CorpID string `json:"corp_id"`
				UserID string `json:"userid"`
			} `json:"union_emp_map_vo"`
			UserID string `json:"userid"`
		} `json:"union_emp_ext"`
		UnionID   string `json:"unionid"`
		UserID    string `json:"userid"`
		WorkPlace string `json:"work_place"`
	} `json:"result"`
	SubCode string `json:"sub_code"`
	SubMsg  string `json:"sub_msg"`
}

type dingTalkV2List struct {
	ErrCode   int64  `json:"errcode"`
	ErrMsg    string `json:"errmsg"`
	RequestID string `json:"request_id"`
	Result    struct {
		HasMore bool `json:"has_more"`
		List    []struct {
			Active                   *bool   `json:"active"`
			Admin                    *bool   `json:"admin"`
			Avatar                   string  `json:"avatar"`
			Boss                     *bool   `json:"boss"`
			CreateTime               string  `json:"create_time"`
			DeptIDList               []int64 `json:"dept_id_list"`
			DeptOrder                *int64  `json:"dept_order"`
			DisableStatus            *bool   `json:"disable_status"`
			Email                    *string `json:"email"`
			ExclusiveAccount         *bool   `json:"exclusive_account"`
			ExclusiveAccountCorpID   string  `json:"exclusive_account_corp_id"`
			ExclusiveAccountCorpName string  `json:"exclusive_account_corp_name"`
			ExclusiveAccountType     string  `json:"exclusive_account_type"`
			Extension                textMap `json:"extension"`
			HideMobile               *bool   `json:"hide_mobile"`
			HiredDate                *int64  `json:"hired_date"`
			JobNumber                string  `json:"job_number"`
			Leader                   *bool   `json:"leader"`
			LoginID                  string  `json:"login_id"`
			Mobile                   *string `json:"mobile"`
			Name                     string  `json:"name"`
			Nickname                 string  `json:"nickname"`
			OrgEmail                 *string `json:"org_email"`
			OrgEmailType             string  `json:"org_email_type"`
			Remark                   string  `json:"remark"`
			StateCode                string  `json:"state_code"`
			Telephone                *string `json:"telephone"`
			Title                    string  `json:"title"`
			UnionID                  string  `json:"unionid"`
			UserID                   string  `json:"userid"`
			WorkPlace                string  `json:"work_place"`
		} `json:"list"`
		NextCursor int64 `json:"next_cursor"`
	} `json:"result"`
	SubCode string `json:"sub_code"`
	SubMsg  string `json:"sub_msg"`
}

type feishuUser struct {
	Code int64 `json:"code"`
	Data struct {
		User feishuPerson `json:"user"`
	} `json:"data"`
	Error feishuFailure `json:"error"`
	Msg   string        `json:"msg"`
}

type feishuList struct {
	Code int64 `json:"code"`
	Data struct {
		HasMore   bool           `json:"has_more"`
		Items     []feishuPerson `json:"items"`
		PageToken string         `json:"page_token"`
	} `json:"data"`
	Error feishuFailure `json:"error"`
	Msg   string        `json:"msg"`
}

type wpsUser struct {
	Code    int64     `json:"code"`
	Data    wpsPerson `json:"data"`
	Desc    string    `json:"desc"`
	Detail  string    `json:"detail"`
	Message string    `json:"message"`
	Msg     string    `json:"msg"`
}

type wpsList struct {
	Code int64 `json:"code"`
	Data struct {
		Items         []wpsPerson `json:"items"`
		NextPageToken string      `json:"next_page_token"`
		PageToken     string      `json:"page_token"`
		Total         int64       `json:"total"`
	} `json:"data"`
	Desc    string `json:"desc"`
	Detail  string `json:"detail"`
	Message string `json:"message"`
	Msg     string `json:"msg"`
}

// feishuPerson is a person, in answers and lists.
type feishuPerson struct {
	AssignInfo []struct {
		EndTime  string `json:"end_time"`
		I18NName struct {
			EnUS string `json:"en_us"`
			JaJP string `json:"ja_jp"`
			ZhCN string `json:"zh_cn"`
		} `json:"i18n_name"`
		LicensePlanKey string `json:"license_plan_key"`
		ProductName    string `json:"product_name"`
		StartTime      string `json:"start_time"`
		SubscriptionID string `json:"subscription_id"`
	} `json:"assign_info"`
	Avatar struct {
		Avatar240    string `json:"avatar_240"`
		Avatar640    string `json:"avatar_640"`
		Avatar72     string `json:"avatar_72"`
		AvatarOrigin string `json:"avatar_origin"`
	} `json:"avatar"`
	AvatarKey   string `json:"avatar_key"`
	City        string `json:"city"`
	Country     string `json:"country"`
	CustomAttrs []struct {
		ID    string `json:"id"`
		Type  string `json:"type"`
		Value struct {
			GenericUser struct {
				ID   string `json:"id"`
				Type int64  `json:"type"`
			} `json:"generic_user"`
			Name        string `json:"name"`
			OptionID    string `json:"option_id"`
			OptionValue string `json:"option_value"`
			PCURL       string `json:"pc_url"`
			PictureURL  string `json:"picture_url"`
			Text        string `json:"text"`
			URL         string `json:"url"`
		} `json:"value"`
	} `json:"custom_attrs"`
	DepartmentIDs  []string `json:"department_ids"`
	DepartmentPath []struct {
		DepartmentID   string `json:"department_id"`
		DepartmentName struct {
			I18NName struct {
				EnUS string `json:"en_us"`
				JaJP string `json:"ja_jp"`
				ZhCN string `json:"zh_cn"`
			} `json:"i18n_name"`
			Name string `json:"name"`
		} `json:"department_name"`
		DepartmentPath struct {
			DepartmentIDs      []string `json:"department_ids"`
			DepartmentPathName struct {
				I18NName struct {
					EnUS string `json:"en_us"`
					JaJP string `json:"ja_jp"`
					ZhCN string `json:"zh_cn"`
				} `json:"i18n_name"`
				Name string `json:"name"`
			} `json:"department_path_name"`
		} `json:"department_path"`
	} `json:"department_path"`
	Description             string   `json:"description"`
	DottedLineLeaderUserIDs []string `json:"dotted_line_leader_user_ids"`
	Email                   *string  `json:"email"`
	EmployeeNo              string   `json:"employee_no"`
	EmployeeType            int64    `json:"employee_type"`
	EnName                  string   `json:"en_name"`
	EnterpriseEmail         *string  `json:"enterprise_email"`
	Gender                  *int64   `json:"gender"`
	Geo                     string   `json:"geo"`
	IDPType                 string   `json:"idp_type"`
	IsFrozen                *bool    `json:"is_frozen"`
	IsTenantManager         *bool    `json:"is_tenant_manager"`
	JobFamilyID             string   `json:"job_family_id"`
	JobLevelID              string   `json:"job_level_id"`
	JobTitle                string   `json:"job_title"`
	JoinTime                *int64   `json:"join_time"`
	LeaderUserID            string   `json:"leader_user_id"`
	Mobile                  *string  `json:"mobile"`
	MobileVisible           *bool    `json:"mobile_visible"`
	Name                    string   `json:"name"`
	NeedSendNotification    *bool    `json:"need_send_notification"`
	Nickname                string   `json:"nickname"`
	NotificationOption      struct {
		Channels []string `json:"channels"`
		Language string   `json:"language"`
	} `json:"notification_option"`
	OpenID string `json:"open_id"`
	Orders []struct {
		DepartmentID    string `json:"department_id"`
		DepartmentOrder *int64 `json:"department_order"`
		IsPrimaryDept   *bool  `json:"is_primary_dept"`
		UserOrder       *int64 `json:"user_order"`
	} `json:"orders"`
	Positions []struct {
		DepartmentID       string `json:"department_id"`
		IsMajor            *bool  `json:"is_major"`
		LeaderPositionCode string `json:"leader_position_code"`
		LeaderUserID       string `json:"leader_user_id"`
		PositionCode       string `json:"position_code"`
		PositionName       string `json:"position_name"`
	} `json:"positions"`
	Status *struct {
		IsActivated bool `json:"is_activated"`
		IsExited    bool `json:"is_exited"`
		IsFrozen    bool `json:"is_frozen"`
		IsResigned  bool `json:"is_resigned"`
		IsUnjoin    bool `json:"is_unjoin"`
	} `json:"status"`
	SubscriptionIDs []string `json:"subscription_ids"`
	TimeZone        string   `json:"time_zone"`
	UnionID         string   `json:"union_id"`
	UserID          string   `json:"user_id"`
	WorkStation     string   `json:"work_station"`
}

// feishuFailure is what a refusal says more.
type feishuFailure struct {
	Details []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"details"`
	FieldViolations []struct {
		Description string `json:"description"`
		Field       string `json:"field"`
		Value       string `json:"value"`
	} `json:"field_violations"`
	Helps []struct {
		Description string `json:"description"`
		URL         string `json:"url"`
	} `json:"helps"`
	LogID                string `json:"log_id"`
	LogIDLegacy          string `json:"logid"`
	Message              string `json:"message"`
	PermissionViolations []struct {
		Description string `json:"description"`
		Scope       string `json:"scope"`
		Subject     string `json:"subject"`
		Type        string `json:"type"`
		URL         string `json:"url"`
	} `json:"permission_violations"`
	Troubleshooter string `json:"troubleshooter"`
}

// wpsPerson is a person, in answers and lists.
type wpsPerson struct {
	Avatar    string `json:"avatar"`
	City      string `json:"city"`
	Country   string `json:"country"`
	Ctime     *int64 `json:"ctime"`
	DefDeptID string `json:"def_dept_id"`
	Depts     []struct {
		AbsPath   string `json:"abs_path"`
		DeptID    string `json:"dept_id"`
		ID        string `json:"id"`
		IsDefDept *bool  `json:"is_def_dept"`
		IsLeader  *bool  `json:"is_leader"`
		Name      string `json:"name"`
		Order     *int64 `json:"order"`
	} `json:"depts"`
	Email            *string `json:"email"`
	EmployeeID       string  `json:"employee_id"`
	Employer         string  `json:"employer"`
	EmploymentStatus string  `json:"employment_status"`
	EmploymentType   string  `json:"employment_type"`
	ExUserID         string  `json:"ex_user_id"`
	Gender           string  `json:"gender"`
	ID               string  `json:"id"`
	LeaderID         string  `json:"leader_id"`
	LoginName        string  `json:"login_name"`
	Phone            *string `json:"phone"`
	Role             string  `json:"role"`
	Source           string  `json:"source"`
	Status           string  `json:"status"`
	Telephone        *string `json:"telephone"`
	Title            string  `json:"title"`
	Titles           struct {
		Mode      string `json:"mode"`
		TitleList []struct {
			Dept struct {
				AbsPath string `json:"abs_path"`
				ID      string `json:"id"`
				Name    string `json:"name"`
			} `json:"dept"`
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"title_list"`
	} `json:"titles"`
	Type      string `json:"type"`
	TypeV2    string `json:"type_v2"`
	UserName  string `json:"user_name"`
	WorkPlace string `json:"work_place"`
}

// weComExtAttr is the fields that the company added.
type weComExtAttr struct {
	Attrs []struct {
		MiniProgram struct {
			AppID    string `json:"appid"`
			PagePath string `json:"pagepath"`
			Title    string `json:"title"`
		} `json:"miniprogram"`
		Name string `json:"name"`
		Text struct {
			Value string `json:"value"`
		} `json:"text"`
		Type  *int64 `json:"type"`
		Value string `json:"value"`
		Web   struct {
			Title string `json:"title"`
			URL   string `json:"url"`
		} `json:"web"`
	} `json:"attrs"`
}

// weComExternalProfile is what people outside of the company see.
type weComExternalProfile struct {
	ExternalAttr []struct {
		MiniProgram struct {
			AppID    string `json:"appid"`
			PagePath string `json:"pagepath"`
			Title    string `json:"title"`
		} `json:"miniprogram"`
		Name string `json:"name"`
		Text struct {
			Value string `json:"value"`
		} `json:"text"`
		Type  *int64 `json:"type"`
		Value string `json:"value"`
		Web   struct {
			Title string `json:"title"`
			URL   string `json:"url"`
		} `json:"web"`
	} `json:"external_attr"`
	ExternalCorpName string `json:"external_corp_name"`
	WechatChannels   struct {
		Nickname string `json:"nickname"`
		Status   *int64 `json:"status"`
	} `json:"wechat_channels"`
}
