//! The entries, proxies first, then benchmarks, models and data.

use super::{EntryKind, Paper};

/// Defines the papers and the list of them in one place, so that none can be left out of the list.
macro_rules! papers {
    ($($(#[$meta:meta])* $name:ident = $kind:ident $key:literal: [$($author:literal),+], $title:literal,
       $venue:literal, $year:literal, $arxiv:expr, $url:expr;)+) => {
        $($(#[$meta])* pub static $name: Paper = Paper {
            key: $key,
            kind: EntryKind::$kind,
            authors: &[$($author),+],
            title: $title,
            venue: $venue,
            year: $year,
            arxiv: $arxiv,
            url: $url,
        };)+

        pub(super) static ALL: &[&Paper] = &[$(&$name),+];
    };
}

papers! {
    /// The FlexiBERT benchmark of trained encoders, and proxies on it.
    SERIANNI_2023 = InProceedings "serianni2023": ["Aaron Serianni", "Jugal Kalita"],
        "Training-free Neural Architecture Search for RNNs and Transformers",
        "Annual Meeting of the Association for Computational Linguistics (ACL)", 2023, Some("2306.00288"), None;
    /// The space that the FlexiBERT benchmark draws from.
    TULI_2023 = Article "tuli2023": ["Shikhar Tuli", "Bhishma Dedhia", "Shreshth Tuli", "Niraj K. Jha"],
        "FlexiBERT: Are Current Transformer Architectures too Homogeneous and Rigid?",
        "Journal of Artificial Intelligence Research", 2023, Some("2205.11656"), None;
    /// LiteTransformerSearch: the decoder benchmarks and the decoder-parameter proxy.
    LTS_2022 = InProceedings "lts2022": ["Mojan Javaheripi", "Gustavo H. de Rosa", "Subhabrata Mukherjee",
        "Shital Shah", "Tomasz L. Religa", "Caio C. T. Mendes", "Sebastien Bubeck", "Farinaz Koushanfar",
        "Debadeepta Dey"],
        "LiteTransformerSearch: Training-free Neural Architecture Search for Efficient Language Models",
        "Advances in Neural Information Processing Systems (NeurIPS)", 2022, Some("2203.02094"), None;
    /// LPZero: searched proxies, and the released GPT-2 score files.
    LPZERO_2024 = InProceedings "lpzero2024": ["Peijie Dong", "Lujun Li", "Xiang Liu", "Zhenheng Tang",
        "Xuebo Liu", "Qiang Wang", "Xiaowen Chu"],
        "LPZero: Language Model Zero-cost Proxy Search from Zero",
        "Findings of the Association for Computational Linguistics: EMNLP", 2024, Some("2410.04808"), None;
    /// W-PCA.
    WPCA_2025 = InProceedings "wpca2025": ["Shang Wang"],
        "W-PCA Based Gradient-Free Proxy for Efficient Search of Lightweight Language Models",
        "International Conference on Learning Representations (ICLR)", 2025, Some("2504.15983"), None;
    /// ZeroLM.
    ZEROLM_2025 = Misc "zerolm2025": ["Zhen-Song Chen", "Hong-Wei Ding", "Xian-Jia Wang", "Witold Pedrycz"],
        "ZeroLM: Data-Free Transformer Architecture Search for Language Models",
        "arXiv preprint", 2025, Some("2503.18646"), None;
    /// Neural Spectral Capacity.
    NSC_2026 = Misc "nsc2026": ["Chenyu Zhu", "Ruoyu Zhao", "Zhichao Lu"],
        "Neural Spectral Capacity: Measuring and Designing Architectures from Network Specification Alone",
        "arXiv preprint", 2026, Some("2609.23087"), None;
    /// The closed form behind Neural Spectral Capacity.
    TULINO_2004 = Article "tulino2004": ["Antonia M. Tulino", "Sergio Verdú"],
        "Random Matrix Theory and Wireless Communications",
        "Foundations and Trends in Communications and Information Theory", 2004, None,
        Some("https://doi.org/10.1561/0100000001");
    /// Zero-cost proxies, among them the gradient norm.
    ABDELFATTAH_2021 = InProceedings "abdelfattah2021": ["Mohamed S. Abdelfattah", "Abhinav Mehrotra",
        "Łukasz Dudziak", "Nicholas D. Lane"],
        "Zero-Cost Proxies for Lightweight NAS",
        "International Conference on Learning Representations (ICLR)", 2021, Some("2101.08134"), None;
    /// SNIP.
    LEE_2019 = InProceedings "lee2019": ["Namhoon Lee", "Thalaiyasingam Ajanthan", "Philip H. S. Torr"],
        "SNIP: Single-shot Network Pruning based on Connection Sensitivity",
        "International Conference on Learning Representations (ICLR)", 2019, Some("1810.02340"), None;
    /// GraSP.
    WANG_2020 = InProceedings "wang2020": ["Chaoqi Wang", "Guodong Zhang", "Roger Grosse"],
        "Picking Winning Tickets Before Training by Preserving Gradient Flow",
        "International Conference on Learning Representations (ICLR)", 2020, Some("2002.07376"), None;
    /// SynFlow.
    TANAKA_2020 = InProceedings "tanaka2020": ["Hidenori Tanaka", "Daniel Kunin", "Daniel L. K. Yamins",
        "Surya Ganguli"],
        "Pruning neural networks without any data by iteratively conserving synaptic flow",
        "Advances in Neural Information Processing Systems (NeurIPS)", 2020, Some("2006.05467"), None;
    /// Fisher.
    TURNER_2020 = InProceedings "turner2020": ["Jack Turner", "Elliot J. Crowley", "Michael O'Boyle",
        "Amos Storkey", "Gavin Gray"],
        "BlockSwap: Fisher-guided Block Substitution for Network Compression on a Budget",
        "International Conference on Learning Representations (ICLR)", 2020, Some("1906.04113"), None;
    /// Scores without training: activation patterns and Jacobian correlations.
    MELLOR_2021 = InProceedings "mellor2021": ["Joseph Mellor", "Jack Turner", "Amos Storkey", "Elliot J. Crowley"],
        "Neural Architecture Search without Training",
        "International Conference on Machine Learning (ICML)", 2021, Some("2006.04647"), None;
    /// SWAP.
    SWAP_2024 = InProceedings "peng2024": ["Yameng Peng", "Andy Song", "Haytham M. Fayek", "Vic Ciesielski",
        "Xiaojun Chang"],
        "SWAP-NAS: Sample-Wise Activation Patterns for Ultra-fast NAS",
        "International Conference on Learning Representations (ICLR)", 2024, Some("2403.04161"), None;
    /// EZNAS.
    AKHAURI_2022 = InProceedings "akhauri2022": ["Yash Akhauri", "J. Pablo Muñoz", "Nilesh Jain", "Ravi Iyer"],
        "EZNAS: Evolving Zero-Cost Proxies For Neural Architecture Scoring",
        "Advances in Neural Information Processing Systems (NeurIPS)", 2022, Some("2209.07413"), None;
    /// LogSynFlow.
    CAVAGNERO_2023 = InProceedings "cavagnero2023": ["Niccolò Cavagnero", "Luca Robbiano", "Barbara Caputo",
        "Giuseppe Averta"],
        "FreeREA: Training-Free Evolution-based Architecture Search",
        "IEEE/CVF Winter Conference on Applications of Computer Vision (WACV)", 2023, Some("2207.05135"), None;
    /// Synaptic diversity and saliency.
    ZHOU_2022 = InProceedings "zhou2022": ["Qinqin Zhou", "Kekai Sheng", "Xiawu Zheng", "Ke Li", "Xing Sun",
        "Yonghong Tian", "Jie Chen", "Rongrong Ji"],
        "Training-free Transformer Architecture Search",
        "IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)", 2022, Some("2203.12217"), None;
    /// GradSign.
    ZHANG_2022 = InProceedings "zhang2022": ["Zhihao Zhang", "Zhihao Jia"],
        "GradSign: Model Performance Inference with Theoretical Insights",
        "International Conference on Learning Representations (ICLR)", 2022, Some("2110.08616"), None;
    /// TE-NAS: the condition number of the neural tangent kernel.
    CHEN_2021 = InProceedings "chen2021": ["Wuyang Chen", "Xinyu Gong", "Zhangyang Wang"],
        "Neural Architecture Search on ImageNet in Four GPU Hours: A Theoretically Inspired Perspective",
        "International Conference on Learning Representations (ICLR)", 2021, Some("2102.11535"), None;
    /// MeCo.
    JIANG_2023 = InProceedings "jiang2023": ["Tangyu Jiang", "Haodi Wang", "Rongfang Bie"],
        "MeCo: Zero-Shot NAS with One Data and Single Forward Pass via Minimum Eigenvalue of Correlation",
        "Advances in Neural Information Processing Systems (NeurIPS)", 2023, None,
        Some("https://proceedings.neurips.cc/paper_files/paper/2023/hash/bfa815ac6f08f4ada34fe22be054f2b9-Abstract-Conference.html");
    /// ZiCo.
    LI_2023 = InProceedings "li2023": ["Guihong Li", "Yuedong Yang", "Kartikeya Bhardwaj", "Radu Marculescu"],
        "ZiCo: Zero-shot NAS via Inverse Coefficient of Variation on Gradients",
        "International Conference on Learning Representations (ICLR)", 2023, Some("2301.11300"), None;
    /// AZ-NAS.
    LEE_2024 = InProceedings "lee2024": ["Junghyup Lee", "Bumsub Ham"],
        "AZ-NAS: Assembling Zero-Cost Proxies for Network Architecture Search",
        "IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)", 2024, Some("2403.19232"), None;
    /// Zen-score.
    LIN_2021 = InProceedings "lin2021": ["Ming Lin", "Pichao Wang", "Zhenhong Sun", "Hesen Chen", "Xiuyu Sun",
        "Qi Qian", "Hao Li", "Rong Jin"],
        "Zen-NAS: A Zero-Shot NAS for High-Performance Deep Image Recognition",
        "IEEE/CVF International Conference on Computer Vision (ICCV)", 2021, Some("2102.01063"), None;
    /// ELECTRA: how the FlexiBERT networks were trained.
    CLARK_2020 = InProceedings "clark2020": ["Kevin Clark", "Minh-Thang Luong", "Quoc V. Le",
        "Christopher D. Manning"],
        "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators",
        "International Conference on Learning Representations (ICLR)", 2020, Some("2003.10555"), None;
    /// Transformer-XL.
    DAI_2019 = InProceedings "dai2019": ["Zihang Dai", "Zhilin Yang", "Yiming Yang", "Jaime Carbonell",
        "Quoc V. Le", "Ruslan Salakhutdinov"],
        "Transformer-XL: Attentive Language Models Beyond a Fixed-Length Context",
        "Annual Meeting of the Association for Computational Linguistics (ACL)", 2019, Some("1901.02860"), None;
    /// GPT-2.
    RADFORD_2019 = Misc "radford2019": ["Alec Radford", "Jeffrey Wu", "Rewon Child", "David Luan",
        "Dario Amodei", "Ilya Sutskever"],
        "Language Models are Unsupervised Multitask Learners", "OpenAI", 2019, None,
        Some("https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf");
    /// GLUE.
    WANG_2019 = InProceedings "wang2019": ["Alex Wang", "Amanpreet Singh", "Julian Michael", "Felix Hill",
        "Omer Levy", "Samuel R. Bowman"],
        "GLUE: A Multi-Task Benchmark and Analysis Platform for Natural Language Understanding",
        "International Conference on Learning Representations (ICLR)", 2019, Some("1804.07461"), None;
    /// SQuAD 1.1.
    RAJPURKAR_2016 = InProceedings "rajpurkar2016": ["Pranav Rajpurkar", "Jian Zhang", "Konstantin Lopyrev",
        "Percy Liang"],
        "SQuAD: 100,000+ Questions for Machine Comprehension of Text",
        "Conference on Empirical Methods in Natural Language Processing (EMNLP)", 2016, Some("1606.05250"), None;
    /// SQuAD 2.0.
    RAJPURKAR_2018 = InProceedings "rajpurkar2018": ["Pranav Rajpurkar", "Robin Jia", "Percy Liang"],
        "Know What You Don't Know: Unanswerable Questions for SQuAD",
        "Annual Meeting of the Association for Computational Linguistics (ACL)", 2018, Some("1806.03822"), None;
    /// WikiText.
    MERITY_2017 = InProceedings "merity2017": ["Stephen Merity", "Caiming Xiong", "James Bradbury",
        "Richard Socher"],
        "Pointer Sentinel Mixture Models",
        "International Conference on Learning Representations (ICLR)", 2017, Some("1609.07843"), None;
    /// The One Billion Word set.
    CHELBA_2013 = Misc "chelba2013": ["Ciprian Chelba", "Tomas Mikolov", "Mike Schuster", "Qi Ge",
        "Thorsten Brants", "Phillipp Koehn", "Tony Robinson"],
        "One Billion Word Benchmark for Measuring Progress in Statistical Language Modeling",
        "arXiv preprint", 2013, Some("1312.3005"), None;
    /// OpenWebText.
    GOKASLAN_2019 = Misc "gokaslan2019": ["Aaron Gokaslan", "Vanya Cohen", "Ellie Pavlick",
        "Stefanie Tellex"],
        "OpenWebText Corpus", "web page", 2019, None, Some("http://Skylion007.github.io/OpenWebTextCorpus");
}
