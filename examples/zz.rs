fn main() {
    let profile = std::sync::Arc::new(mdtui::etl::profile::Profile::built_in().unwrap());
    let mut a = std::env::args().skip(1);
    let config = mdtui::app::Config { data_dir: a.next().unwrap().into(), cache_dir: a.next().unwrap().into(), profile, jobs: 2, theme: None, mouse: false, no_color: false };
    mdtui::ui::browse(&config).unwrap();
}
